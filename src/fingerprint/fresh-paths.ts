import { dirname, join } from "node:path";
import { globBase } from "../config/glob-base.ts";
import { gitRecords } from "../git/git.ts";
import { decodePath } from "../git/path-bytes.ts";
import type { WorkTree } from "../git/work-tree.ts";
import type { Extension, Output, RepoPath } from "../model.ts";
import { outputPath } from "./output-path.ts";

/** Folders in which a new file could become an input: those below a glob's fixed part, and every input's parents. */
export function inputFolders(tree: WorkTree, extension: Extension, inputs: Iterable<RepoPath>): Set<string> {
  const folders = new Set<string>(["."]);
  for (const path of inputs) addParents(folders, path);
  const deep = extension.inputs.filter(isDeep).map(globBase);
  for (const path of [...tree.entries.map((entry) => entry.path), ...tree.untracked]) {
    if (deep.some((base) => base === "" || path.startsWith(`${base}/`))) addParents(folders, path);
  }
  return folders;
}

/** A glob that reaches from the top into any folder may match in one that held nothing of ours: then HEAD counts too. */
export function reachesEverywhere(extension: Extension): boolean {
  return extension.inputs.some((glob) => isDeep(glob) && globBase(glob) === "");
}

/** True when a glob can match below the folder of its fixed part. */
function isDeep(glob: string): boolean {
  if (glob.startsWith("!") || !/[*?[\]{}]/.test(glob)) return false;
  const rest = glob.slice(globBase(glob).length).replace(/^\//, "");
  return rest.includes("/") || rest.includes("**");
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
