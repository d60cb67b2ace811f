import { existsSync } from "node:fs";
import { findRecipeProgram, resolveStep } from "../build/recipe.ts";
import { globBase } from "../config/glob-base.ts";
import { operationInProgress } from "../git/operation.ts";
import { showPath } from "../git/path-bytes.ts";
import type { WorkTree } from "../git/work-tree.ts";
import type { Baseline, Extension, Reason, RepoPath, Toolchain, Workspace } from "../model.ts";
import type { BuildEnvironment } from "./environment.ts";
import type { LaggingSubmodule } from "./inputs.ts";
import { passesSymlink } from "./outputs.ts";

/** Without its interpreter nothing loads the extension. */
export function lostInterpreter(environment: BuildEnvironment): Reason[] {
  const path = environment.interpreter?.path;
  if (path === undefined || existsSync(path)) return [];
  return [{ kind: "tool-missing", path, text: `the recorded interpreter ${path} has gone` }];
}

/** Programs of the recipe that cannot be started. */
export function missingPrograms(
  ws: Workspace,
  extension: Extension,
  environment: BuildEnvironment,
): Reason[] {
  const context = { top: ws.top, interpreter: environment.interpreter, path: environment.path };
  return extension.recipe.flatMap((argv): Reason[] => {
    const step = resolveStep(argv, context);
    if (step.kind === "step") return [];
    const isTried = findRecipeProgram(step.program, context) !== null;
    return isTried ? [] : [{ kind: "tool-missing", path: step.program, text: missingText(step.program) }];
  });
}

function missingText(program: string): string {
  return program.includes("/")
    ? `${program} of the recipe does not exist or cannot be run`
    : `${program} is not on the recorded PATH`;
}

/** Tools that the last build had and that are not found any more: no reason by themselves, but no build without them. */
export function lostTools(baseline: Baseline | null, now: Toolchain): Reason[] {
  return (baseline?.fingerprint.toolchain.tools ?? [])
    .filter(
      (tool) => tool.path !== null && now.tools.some((one) => one.role === tool.role && one.path === null),
    )
    .map((tool) => ({
      kind: "tool-missing",
      path: tool.path ?? "",
      from: tool.version,
      text: `${tool.path} ${tool.version} is not found any more`,
    }));
}

/** What an output glob names for certain: itself, or the folder before its first wildcard. */
export function namedPart(glob: string): RepoPath {
  return /[*?[\]{}]/.test(glob) ? globBase(glob) : glob;
}

/** Outputs and build directories that are or pass through a link: nothing is moved there. */
export function symlinked(ws: Workspace, paths: readonly string[]): Reason[] {
  return paths
    .filter((path) => passesSymlink(ws.top, path))
    .map((path) => ({
      kind: "path-symlinked",
      path,
      text: `${showPath(path)} is or passes through a symbolic link`,
    }));
}

/** The submodule has another commit checked out than the tree wants. */
export function lagReason(lag: LaggingSubmodule): Reason {
  if (lag.nested !== undefined) return nestedLagReason(lag, lag.nested);
  const present = lag.present === null ? "is not checked out" : `has ${lag.present.slice(0, 9)} checked out`;
  return {
    kind: "submodule-lag",
    path: lag.path,
    from: lag.present ?? "",
    to: lag.wanted,
    text: `submodule ${lag.path} ${present}, the commit wants ${lag.wanted.slice(0, 9)}: git submodule update --init ${lag.path}`,
  };
}

/** git updates it only through the submodule that it lies in: that is the path to type. */
function nestedLagReason({ path, wanted, present }: LaggingSubmodule, nested: RepoPath): Reason {
  const found = `submodule ${path}/${nested} has ${(present ?? "").slice(0, 9)} checked out`;
  return {
    kind: "submodule-lag",
    path,
    from: present ?? "",
    to: wanted,
    text: `${found}, ${path} wants ${wanted.slice(0, 9)}: git submodule update --init --recursive ${path}`,
  };
}

/**
 * A merge, rebase... under way, or files that are not merged yet.
 * @param ignoreOperation git's marks are of an operation that has ended. Files with conflict markers count all the same:
 * `stash pop` and `switch -m` leave them without any mark.
 */
export function operationReason(ws: Workspace, tree: WorkTree, ignoreOperation: boolean): Reason | null {
  const operation = ignoreOperation ? null : operationInProgress(ws.gitDir);
  const [unmerged] = tree.unmerged;
  if (operation === null && unmerged === undefined) return null;
  const text =
    unmerged === undefined
      ? `a ${operation} is under way; it is looked at again when it ends`
      : `${unmerged} is not merged yet; it is looked at again when that is done`;
  return { kind: "operation-in-progress", ...(unmerged === undefined ? {} : { path: unmerged }), text };
}
