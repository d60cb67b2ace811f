/** Pure: which submodules a build can read. Their files are not in the tree, only their commits are. */
import { compileGlobs } from "../config/globs.ts";
import type { RepoPath } from "../model.ts";
import { baseName, isAside } from "./file-kinds.ts";
import { isKnownHeader } from "./known-headers.ts";
import { isPath } from "./tree-files.ts";

/** What is asked about the submodules of a tree. */
export interface SubmoduleQuestion {
  readonly paths: readonly RepoPath[];
  /** Globs of all build files, and who says each. */
  readonly globs: readonly (readonly [glob: string, from: RepoPath])[];
  /** Texts of the build files. */
  readonly texts: ReadonlyMap<RepoPath, string>;
  /** Includes that no file of the tree explains, and who has each. */
  readonly unknown: ReadonlyMap<string, RepoPath>;
  readonly root: RepoPath;
}

/**
 * In doubt a submodule counts: when a glob or path of a build file reaches into it, when a build file has its name,
 * and, as far as it is not a known test framework, when an include stays that neither the tree nor the system explains.
 */
export function usedSubmodules(question: SubmoduleQuestion): Map<RepoPath, RepoPath> {
  const { paths, globs, texts, unknown, root } = question;
  const used = new Map<RepoPath, RepoPath>();
  const unexplained = [...unknown].find(([name]) => !isKnownHeader(name));
  for (const path of paths) {
    const from =
      globs.find(([glob]) => reaches(glob, path))?.[1] ??
      [...texts].find(([, text]) => mentions(text, path))?.[0] ??
      [...unknown].find(([name]) => name.startsWith(`${baseName(path)}/`))?.[1] ??
      (isAside(`${path}/x`, root) || TEST_FRAMEWORK.test(baseName(path)) ? undefined : unexplained?.[1]);
    if (from !== undefined) used.set(path, from);
  }
  return used;
}

const TEST_FRAMEWORK =
  /^(?:googletest|gtest|googlemock|catch2?|doctest|google-?benchmark|benchmark|cmocka|unity)$/i;

function reaches(glob: string, path: RepoPath): boolean {
  if (isPath(glob)) return glob === path || glob.startsWith(`${path}/`);
  if (glob.includes(`/${path}/`) || glob.endsWith(`/${path}`)) return true;
  if (!glob.includes("**") || glob.startsWith("**/")) return glob.startsWith(`${path}/`);
  const matches = compileGlobs([glob]);
  const extension = /\.(\w+)$/.exec(glob)?.[1] ?? "cpp";
  return matches(`${path}/a.${extension}`) || matches(`${path}/include/a.${extension}`);
}

function mentions(text: string, path: RepoPath): boolean {
  if (text.includes(path)) return true;
  const name = baseName(path).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?:^|[^\\w-])${name}(?:$|[^\\w-])`, "i").test(text);
}
