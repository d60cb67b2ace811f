/** The content of a source tree that lies outside of the repository. */
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { crypto } from "../late-modules.ts";
import { fullPath, rawId } from "../git/content-id.ts";
import { gitRecords } from "../git/git.ts";
import { decodePath, encodePath } from "../git/path-bytes.ts";
import { readWorkTree } from "../git/work-tree.ts";
import { findWorkspace } from "../git/workspace.ts";
import type { RepoPath } from "../model.ts";
import { readFolder } from "../store/move.ts";
import { observeFiles } from "./inputs.ts";

/** A tree that no git helps to look at is read whole each time. */
export const MOST_FILES = 20_000;

/**
 * Hash over the files of `folder` and their contents. Of a git work tree by its index and what was edited, untracked
 * files included and ignored ones not; so a commit of what was built already is no change. Documents do not count.
 * @returns null when it is no git work tree and holds more than 20,000 files.
 */
export async function treeId(folder: string): Promise<string | null> {
  const ids = (await gitIds(folder)) ?? (await plainIds(folder));
  if (ids === null) return null;
  const hash = crypto().createHash("sha256");
  for (const [path, id] of ids) hash.update(`${path}\0${id}\0`);
  return `tree:${hash.digest("hex")}`;
}

/** Absolute paths whose `stat` tells whether the tree has moved: its files and the folders that hold them. */
export async function treeFiles(folder: string): Promise<string[]> {
  const listed = await gitRecords(folder, ["ls-files", "-z", "--recurse-submodules"]);
  const files = new Set<RepoPath>([
    ...(listed ?? []).map(decodePath),
    ...((await gitIds(folder))?.keys() ?? []),
    ...(listed === null || listed.length === 0 ? (plainFiles(folder) ?? []) : []),
  ]);
  const paths = new Set<string>([folder]);
  for (const file of files) {
    if (!existsSync(encodePath(join(folder, file)))) continue; // deleted, and not yet in the index
    paths.add(join(folder, file));
    for (let at = file.lastIndexOf("/"); at > 0; at = file.lastIndexOf("/", at - 1))
      paths.add(join(folder, file.slice(0, at)));
  }
  return [...paths];
}

/** Null where git knows nothing of this folder: no repository, or one that ignores it. */
async function gitIds(folder: string): Promise<ReadonlyMap<RepoPath, string> | null> {
  const ws = await findWorkspace(folder);
  const tree = ws.ok ? await readWorkTree(ws.value) : null;
  if (!ws.ok || tree === null) return null;
  const below = relative(ws.value.top, folder);
  const prefix = below === "" ? "" : `${below}/`;
  const { ids } = await observeFiles(ws.value, tree, (path) => path.startsWith(prefix) && isRead(path));
  if (ids.size === 0) return null;
  return new Map([...ids].map(([path, id]) => [path.slice(prefix.length), id]));
}

async function plainIds(folder: string): Promise<ReadonlyMap<RepoPath, string> | null> {
  const files = plainFiles(folder);
  if (files === null) return null;
  const ids = new Map<RepoPath, string>();
  for (const path of files) {
    const id = await rawId(fullPath(folder, path), "sha1");
    if (id !== null) ids.set(path, id);
  }
  return ids;
}

function plainFiles(folder: string): RepoPath[] | null {
  const files: RepoPath[] = [];
  const folders = [""];
  for (let below = folders.pop(); below !== undefined; below = folders.pop()) {
    for (const { name, isFile, isFolder } of readFolder(join(folder, below))) {
      const path = below + name;
      if (isFolder && name !== ".git" && name !== "__pycache__") folders.push(`${path}/`);
      if (isFile && isRead(path) && files.push(path) > MOST_FILES) return null;
    }
  }
  return files.sort();
}

/** Python files count as well: a build may copy them into the package, or run them. */
function isRead(path: RepoPath): boolean {
  return !/\.(?:md|rst|ipynb|png|jpe?g|gif|svg|pdf|pyc)$/i.test(path) && !/^\.git(?:hub)?\//.test(path);
}
