/**
 * What decides which untracked files git ignores and how it reads a file that is not clean: ignore and attribute files,
 * and the configuration that names more of them. A change of these moves no input.
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { gitRecords } from "../git/git.ts";
import { encodePath } from "../git/path-bytes.ts";
import type { WorkTree } from "../git/work-tree.ts";
import type { RepoPath, Workspace } from "../model.ts";

/** Those in the folders that hold inputs (a new one moves its folder), and those of the git dir, which need not be there. */
export function ruleFiles(ws: Workspace, folders: Iterable<RepoPath>): string[] {
  const own = [...folders].flatMap((folder) =>
    [".gitignore", ".gitattributes"].map((name) => join(ws.top, folder, name)),
  );
  return [
    ...own.filter((file) => existsSync(encodePath(file))),
    join(ws.commonDir, "info", "exclude"),
    join(ws.commonDir, "info", "attributes"),
  ];
}

/** True when an input is not as git has it, so that its rules have a say in what it is. */
export function hasUncleanInputs(tree: WorkTree, inputs: ReadonlyMap<RepoPath, string>): boolean {
  if (tree.untracked.some((path) => inputs.has(path))) return true;
  return tree.entries.some((entry) => inputs.has(entry.path) && (entry.flagged || tree.isDirty(entry)));
}

/**
 * Files of git's configuration, what they include, and the ignore and attribute files that they name; they need not be
 * there. A process, so asked only where it can matter.
 */
export async function gitSettings(ws: Workspace): Promise<string[]> {
  const records = (await gitRecords(ws.top, ["config", "--list", "--show-origin", "-z"])) ?? [];
  const files = new Set<string>(defaultFiles());
  for (let at = 0; at + 1 < records.length; at += 2) {
    const origin = /^file:(.+)$/s.exec(records[at]?.toString("utf8") ?? "")?.[1];
    if (origin === undefined) continue;
    const file = resolve(ws.top, origin);
    files.add(file);
    const [key = "", value = ""] = records[at + 1]?.toString("utf8").split("\n") ?? [];
    if (value === "") continue;
    if (key === "core.excludesfile" || key === "core.attributesfile") files.add(expand(value, ws.top));
    if (/^include(if\..*)?\.path$/.test(key)) files.add(expand(value, dirname(file)));
  }
  return [...files];
}

/** Where git looks by itself (gitignore(5), git-config(1)). */
function defaultFiles(): string[] {
  const { env } = process;
  const home = homedir();
  const own = join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "git");
  return [
    env["GIT_CONFIG_SYSTEM"] || "/etc/gitconfig",
    ...(env["GIT_CONFIG_GLOBAL"]
      ? [env["GIT_CONFIG_GLOBAL"]]
      : [join(home, ".gitconfig"), join(own, "config")]),
    join(own, "ignore"),
    join(own, "attributes"),
  ];
}

function expand(path: string, folder: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : resolve(folder, path);
}
