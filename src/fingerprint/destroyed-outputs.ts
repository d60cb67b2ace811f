/** Pure: what git itself does to built files on the way to another commit (vllm#17347). No `node:` module here. */
import { compileGlobs } from "../config/globs.ts";
import { showPath } from "../git/path-bytes.ts";
import type { TreeChange } from "../git/revision-tree.ts";
import type { PathSet } from "../git/path-set.ts";
import type { Baseline, Extension, Reason, RepoPath } from "../model.ts";

/**
 * Outputs of the present build after a switch to a tree.
 * @param present what is wrong with them now: a switch mends none of it.
 */
export function outputsAfter(
  baseline: Baseline,
  present: readonly Reason[],
  trackedNow: PathSet,
  trackedThen: { has(path: RepoPath): boolean; keys(): Iterable<RepoPath> },
): Reason[] {
  const outputs = new Set(baseline.outputs.map((output) => output.path));
  const reasons: Reason[] = [];
  for (const path of outputs) {
    if (trackedThen.has(path)) reasons.push(overwritten(path));
    else if (trackedNow.has(path)) reasons.push(removed(path));
    else reasons.push(...present.filter((reason) => reason.path === path));
  }
  for (const reason of present) {
    if (reason.path === undefined || outputs.has(reason.path)) continue;
    // A glob that nothing matched: the commit may bring the file itself.
    const isMet = compileGlobs([reason.path]);
    if (![...trackedThen.keys()].some(isMet)) reasons.push(reason);
  }
  return reasons;
}

/**
 * Outputs that git destroys between two commits. Git overwrites an ignored file when a commit begins to track its
 * path. Where a build is known, only what it left counts, or what it may have left where git had a file of its own.
 * A file that was tracked and is deleted was no build's: it counts only if the known build left it, or is a library,
 * which then has to be built.
 */
export function destroyedBetween(
  extension: Extension,
  baseline: Baseline | null,
  changes: readonly TreeChange[],
): Reason[] {
  const isNamed = compileGlobs(extension.outputs);
  const built = new Set(baseline?.outputs.map((output) => output.path));
  const hidden = new Set(baseline?.trackedOutputs);
  return changes.flatMap(({ path, from, to }): Reason[] => {
    if (from === null) {
      const mayBeBuilt = baseline === null ? isNamed(path) : hidden.has(path);
      return built.has(path) || mayBeBuilt ? [overwritten(path)] : [];
    }
    if (to !== null) return [];
    return built.has(path) || (path.endsWith(".so") && isNamed(path)) ? [removed(path)] : [];
  });
}

function overwritten(path: RepoPath): Reason {
  const text = `git itself would overwrite ${showPath(path)}: it is tracked there`;
  return { kind: "output-tracked", path, text };
}

function removed(path: RepoPath): Reason {
  return { kind: "output-missing", path, text: `git itself would remove ${showPath(path)}` };
}
