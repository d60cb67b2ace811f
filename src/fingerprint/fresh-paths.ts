import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { globBase, isDeep } from "../config/glob-base.ts";
import { compileGlobs } from "../config/globs.ts";
import { gitRecords } from "../git/git.ts";
import { decodePath, encodePath } from "../git/path-bytes.ts";
import type { WorkTree } from "../git/work-tree.ts";
import type { Extension, Output, RepoPath } from "../model.ts";
import { readFolder } from "../store/move.ts";
import { outputPath } from "./output-path.ts";

/** More folders than this and the quick answer is not quick: the long way it is. */
const MAX_FOLDERS = 5000;

/**
 * Folders in which a new file could become an input: every input's parents, and all that exist below the fixed part
 * of a glob. Of a glob that reaches everywhere only those that hold a file which git does not ignore.
 */
export function inputFolders(
  top: string,
  tree: WorkTree,
  extension: Extension,
  inputs: Iterable<RepoPath>,
): Set<string> {
  const folders = new Set<string>(["."]);
  for (const path of inputs) addParents(folders, path);
  const everywhere = reachesEverywhere(extension);
  for (const path of [...tree.entries.map((entry) => entry.path), ...tree.untracked]) {
    if (everywhere) addParents(folders, path);
  }
  for (const base of deepBases(extension)) addFoldersBelow(folders, top, base);
  return folders;
}

/** A glob that reaches from the top into any folder may match in one that held nothing of ours: then HEAD counts too. */
export function reachesEverywhere(extension: Extension): boolean {
  return extension.inputs.some((glob) => isDeep(glob) && globBase(glob) === "");
}

/** Files that decide what git ignores in these folders; a new one changes its folder. */
export function ignoreFiles(top: string, folders: Iterable<string>): string[] {
  return [...folders]
    .map((folder) => join(top, folder, ".gitignore"))
    .filter((file) => existsSync(encodePath(file)));
}

/** True when git ignores a file that the globs name: `git add --force` would make it an input and touch only the index. */
export function hasIgnoredInputs(top: string, tree: WorkTree, extension: Extension): boolean {
  if (reachesEverywhere(extension)) return true; // to list them all costs more than the index is worth
  const isInput = compileGlobs(extension.inputs);
  const known = new Set([...tree.tracked, ...tree.untracked]);
  return deepBases(extension).some((base) =>
    holdsOther(top, base, (path) => !known.has(path) && isInput(path)),
  );
}

/** Asks for every file below a folder, and for one in each cache of Python's. Other repositories are not entered. */
function holdsOther(top: string, folder: RepoPath, isOther: (path: RepoPath) => boolean): boolean {
  if (!existsSync(encodePath(join(top, folder)))) return false;
  const entries = readFolder(join(top, folder));
  if (entries.some(({ name }) => name === ".git")) return false;
  return entries.some(({ name, isFolder }) => {
    const path = `${folder}/${name}`;
    if (!isFolder) return isOther(path);
    return name === "__pycache__" ? isOther(`${path}/a.pyc`) : holdsOther(top, path, isOther);
  });
}

function deepBases(extension: Extension): RepoPath[] {
  return [...new Set(extension.inputs.filter(isDeep).map(globBase))].filter((base) => base !== "");
}

function addFoldersBelow(folders: Set<string>, top: string, folder: RepoPath): void {
  if (folders.size > MAX_FOLDERS || !existsSync(encodePath(join(top, folder)))) return;
  folders.add(folder);
  for (const { name, isFolder } of readFolder(join(top, folder))) {
    if (isFolder && name !== ".git" && name !== "__pycache__")
      addFoldersBelow(folders, top, `${folder}/${name}`);
  }
}

/** Outputs, their folders (a shadowing sibling changes them) included. */
export function outputPaths(top: string, outputs: readonly Output[]): string[] {
  return outputs.flatMap(({ path }) => [outputPath(top, path), dirname(outputPath(top, path))]);
}

/** Files and folders of the submodules that are inputs: git's own stat of them is not ours to trust. */
export async function submodulePaths(
  top: string,
  tree: WorkTree,
  inputs: ReadonlySet<RepoPath>,
): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of tree.entries) {
    if (entry.mode !== "160000" || !inputs.has(entry.path)) continue;
    const folder = join(top, entry.path);
    const files = (await gitRecords(folder, ["ls-files", "-z", "--recurse-submodules"])) ?? [];
    const folders = new Set<string>(["."]);
    for (const file of files.map(decodePath)) {
      paths.push(join(folder, file));
      addParents(folders, file);
    }
    paths.push(...[...folders].map((one) => join(folder, one)));
  }
  return paths;
}

function addParents(folders: Set<string>, path: RepoPath): void {
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
    const folder = path.slice(0, at);
    if (folders.has(folder)) return;
    folders.add(folder);
  }
}
