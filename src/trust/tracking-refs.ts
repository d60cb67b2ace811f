import { git } from "../git/git.ts";
import { decodePath } from "../git/path-bytes.ts";
import type { Workspace } from "../model.ts";
import type { ReflogEntry } from "./reflog.ts";
import { isBranch, parseRefspec, type Refspec, sourceOf } from "./refspec.ts";

/** A ref under refs/remotes/. */
export interface TrackingRef {
  readonly name: string;
  readonly id: string;
  /** Ref that it points to, such as origin/HEAD does; empty for an ordinary one. */
  readonly symref: string;
}

/** @returns null when git cannot list them. */
export async function readTrackingRefs(ws: Workspace): Promise<TrackingRef[] | null> {
  const format = "--format=%(objectname) %(refname) %(symref)";
  const answer = await git(ws.top, ["for-each-ref", format, "refs/remotes/"]);
  if (answer.code !== 0) return null;
  const lines = decodePath(answer.stdout).split("\n").slice(0, -1);
  return lines.map((line) => {
    const [id = "", name = "", symref = ""] = line.split(" ");
    return { id, name, symref };
  });
}

/**
 * Does the config say that this ref holds a branch of a trusted remote? Every refspec that writes it must agree:
 * with a second one that fetches pull requests into refs/remotes/origin/pr/, origin/pr/7 may be no branch.
 */
export function isConfiguredBranch(
  name: string,
  refspecs: readonly Refspec[],
  trusted: readonly string[],
): boolean {
  let isWritten = false;
  for (const refspec of refspecs) {
    const source = sourceOf(refspec, name);
    if (source === null) continue;
    if (!isBranch(source) || !trusted.includes(refspec.remote)) return false;
    isWritten = true;
  }
  return isWritten;
}

/** What a tracking ref was as a branch of its server. */
export interface BranchValues {
  /** Null when its reflog shows that the present value came another way. */
  readonly present: string | null;
  readonly past: readonly string[];
}

/**
 * Leaves out what a reflog shows to be no branch, such as `git fetch origin refs/pull/7/head:refs/remotes/origin/x`.
 * A clone leaves no reflog, and git drops old entries: of such values the config alone speaks.
 */
export function branchValues(
  ref: TrackingRef,
  log: readonly ReflogEntry[],
  trusted: readonly string[],
): BranchValues {
  const moves = log.filter((entry) => !entry.message.startsWith("remote: renamed "));
  const [first] = moves;
  if (first === undefined) return { present: ref.id, past: [] };
  // Git says so when it makes a ref from one of the server's that is not under refs/heads/.
  if (moves.some((entry) => / storing (?:ref|tag)$/.test(entry.message))) return { present: null, past: [] };
  const good = moves.filter((entry) => cameFromBranch(entry.message, ref.name, trusted));
  const present = moves.findLast((entry) => entry.id === ref.id);
  const before = first.old === null ? [] : [first.old];
  return {
    present: present !== undefined && good.includes(present) ? ref.id : null,
    past: [...before, ...good.map((entry) => entry.id)],
  };
}

/** The reflog message of a fetch holds its arguments; a refspec among them overrides the configured ones. */
function cameFromBranch(message: string, name: string, trusted: readonly string[]): boolean {
  if (message === "update by push" || message.startsWith("clone: from ")) return true;
  if (!/^(?:fetch|pull)\b/.test(message)) return false;
  const words = message.slice(0, message.lastIndexOf(": ")).split(" ");
  if (words.some((word) => /^--(?:refmap|stdin)/.test(word))) return false;
  return words.every((word) => {
    const refspec = parseRefspec("", word);
    const source = refspec === null ? null : sourceOf(refspec, name);
    return source === null || (isBranch(source) && words.some((other) => trusted.includes(other)));
  });
}
