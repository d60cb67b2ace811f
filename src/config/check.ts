import type { RepoPath } from "../model.ts";
import type { Failure } from "../report/failure.ts";
import { trackedIn } from "./defaults.ts";
import { compileGlobs, globBody } from "./globs.ts";
import type { Configured } from "./merge.ts";
import { sourceFailure } from "./sources.ts";
import type { TreeReader } from "./tree-reader.ts";

/**
 * Holds what a person configured against the tree: input globs that name nothing (E114), build directories with
 * tracked files (E115) or with the interpreter in them (E112). What a preset says is not checked: its globs
 * cover years of history, and much of it is not there at any one commit.
 */
export function checkAgainstTree(
  tree: TreeReader,
  configured: readonly Configured[],
  interpreter: string | null,
): Failure | null {
  for (const { partial, origin } of configured) {
    const inputs = origin.get("inputs");
    const unmatched = partial.inputs?.find(
      (glob) => !glob.startsWith("!") && !tree.paths().some(compileGlobs([glob])),
    );
    if (inputs && unmatched !== undefined) {
      return sourceFailure(inputs.source, "E114", inputs.place, describeUnmatched(tree, unmatched));
    }
    const dirs = origin.get("build-dirs");
    for (const dir of (dirs && partial["build-dirs"]) ?? []) {
      const problem = describeBuildDir(tree, dir, interpreter);
      if (dirs && problem) return sourceFailure(dirs.source, problem.code, dirs.place, problem.text);
    }
  }
  return null;
}

function describeUnmatched(tree: TreeReader, glob: string): string {
  const folder = globBody(glob).replace(/\/+$/, "");
  const isFolder = tree.paths().some((path) => path.startsWith(`${folder}/`));
  const hint = isFolder ? `; it is a folder, for all in it write "${folder}/**"` : "";
  return `inputs: "${glob}" names no file that git tracks or would track${hint}`;
}

function describeBuildDir(
  tree: TreeReader,
  dir: RepoPath,
  interpreter: string | null,
): { readonly code: "E112" | "E115"; readonly text: string } | null {
  const tracked = trackedIn(tree, dir);
  if (tracked !== null) {
    return {
      code: "E115",
      text: `build-dirs: "${dir}" holds tracked files, such as ${tracked}; a clean build would move them`,
    };
  }
  if (interpreter?.replace(/^(?:\.\/)+/, "").startsWith(`${dir}/`)) {
    return { code: "E112", text: `build-dirs: "${dir}" holds the interpreter ${interpreter}` };
  }
  return null;
}
