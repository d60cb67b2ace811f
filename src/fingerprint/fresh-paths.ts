import { existsSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { globBase, isDeep } from "../config/glob-base.ts";
import { compileGlobs } from "../config/globs.ts";
import { LINK } from "../git/content-id.ts";
import { encodePath } from "../git/path-bytes.ts";
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

function isFolderAt(path: string): boolean {
  try {
    return statSync(encodePath(path), { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false; // links in a circle
  }
}

function deepBases(extension: Extension): RepoPath[] {
  return [...new Set(extension.inputs.filter(isDeep).map(globBase))].filter((base) => base !== "");
}

function addFoldersBelow(folders: Set<string>, top: string, folder: RepoPath): void {
  if (folders.size > MAX_FOLDERS || !isFolderAt(join(top, folder))) return;
  folders.add(folder);
  for (const { name, isFolder } of readFolder(join(top, folder))) {
    if (isFolder && name !== ".git" && name !== "__pycache__")
      addFoldersBelow(folders, top, `${folder}/${name}`);
  }
}

/**
 * Folders in which another module of an output's name could appear: its own, a package of that name beside it, and the
 * environment's copy of the package that it is in. They need not be there.
 */
export function outputPlaces(top: string, outputs: readonly Output[], sites: readonly string[]): string[] {
  return outputs.flatMap(({ path }) => {
    const full = outputPath(top, path);
    const beside = join(dirname(full), basename(path).split(".")[0] ?? "");
    return [dirname(full), beside, ...(isAbsolute(path) ? [] : copiesIn(sites, path))];
  });
}

/** Every folder of site-packages that has the name of one on the way to the output, with what is in it. */
function copiesIn(sites: readonly string[], path: RepoPath): string[] {
  const parts = dirname(path).split("/");
  const inside = parts.map((_, from) => parts.slice(from));
  const named = inside.flatMap((names) => names.map((_, count) => names.slice(0, count + 1).join("/")));
  return sites.flatMap((site) => named.map((name) => join(site, name)));
}

/** Of links to folders among the inputs: all folders behind them, in which a new file would be one too. */
export function linkedFolders(top: string, inputs: ReadonlyMap<RepoPath, string>): Set<string> {
  const folders = new Set<string>();
  for (const [path, id] of inputs) if (id.startsWith(LINK)) addFoldersBelow(folders, top, path);
  return folders;
}

function addParents(folders: Set<string>, path: RepoPath): void {
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
    const folder = path.slice(0, at);
    if (folders.has(folder)) return;
    folders.add(folder);
  }
}
