/** Pure: how is it known that a file is an input? */
import type { Closure } from "../closure/facts.ts";
import { showPath } from "../git/path-bytes.ts";
import type { Reason, RepoPath } from "../model.ts";
import { isCompiled } from "./choose-inputs.ts";

/**
 * A reason about an input, with the way that found it: `build` where the last build read the file, `tree` where a build
 * file names it or a source includes it, else `rule`. Other reasons come back as they are.
 */
export function explainInput(reason: Reason, closure: Closure | null, read: readonly RepoPath[]): Reason {
  if (!reason.kind.startsWith("input-") || reason.path === undefined) return reason;
  const { path, text } = reason;
  const from = closure?.files.get(path);
  const isIncluded = from !== undefined && from !== null && isCompiled(from);
  const by = read.includes(path) ? "build" : from === undefined ? "rule" : "tree";
  return { ...reason, by, text: isIncluded ? `${text} (included by ${showPath(from)})` : text };
}
