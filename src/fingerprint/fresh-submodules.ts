import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gitRecords } from "../git/git.ts";
import { decodePath, encodePath } from "../git/path-bytes.ts";
import type { WorkTree } from "../git/work-tree.ts";
import type { RepoPath } from "../model.ts";

/**
 * Files and folders of the submodules that are inputs, untracked ones too, and what tells of a commit there that moves no
 * file: git's own stat of them is not ours to trust. They need not be there.
 */
export async function submodulePaths(
  top: string,
  tree: WorkTree,
  inputs: ReadonlyMap<RepoPath, string>,
): Promise<string[]> {
  const folders = tree.entries.filter((entry) => entry.mode === "160000" && inputs.has(entry.path));
  const paths = await Promise.all(folders.map(({ path }) => pathsIn(join(top, path))));
  return paths.flat();
}

async function pathsIn(folder: string): Promise<string[]> {
  const gitDir = gitDirOf(folder);
  if (gitDir === null) return [folder];
  const [staged, others] = await Promise.all([
    gitRecords(folder, ["ls-files", "-s", "-z"]),
    gitRecords(folder, ["ls-files", "-o", "--exclude-standard", "-z"]),
  ]);
  const own = ["HEAD", "logs/HEAD", "info/exclude"].map((name) => join(gitDir, name));
  const paths = new Set<string>([folder, join(folder, ".git"), ...own]);
  for (const record of staged ?? []) {
    const path = join(folder, decodePath(record.subarray(record.indexOf(9) + 1)));
    if (record.toString("latin1", 0, 6) === "160000") for (const one of await pathsIn(path)) paths.add(one);
    addWithParents(paths, folder, path);
  }
  for (const record of others ?? []) addWithParents(paths, folder, join(folder, decodePath(record)));
  return [...paths];
}

function addWithParents(paths: Set<string>, top: string, path: string): void {
  for (let at = path; at !== top && !paths.has(at); at = dirname(at)) paths.add(at);
}

/** Git dir of a checked out submodule, or null. */
function gitDirOf(folder: string): string | null {
  const git = join(folder, ".git");
  const stat = statSync(encodePath(git), { throwIfNoEntry: false });
  if (stat === undefined || stat.isDirectory()) return stat === undefined ? null : git;
  const named = /^gitdir: (.*)$/m.exec(readFileSync(encodePath(git), "utf8"))?.[1];
  return named === undefined ? null : resolve(folder, named);
}
