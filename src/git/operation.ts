import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type Operation = "merge" | "rebase" | "cherry-pick" | "revert" | "am";

/** Marks in the git dir of an operation that has begun and not ended (git 2.39's file names). */
const MARKS: readonly (readonly [Operation, string])[] = [
  ["rebase", "rebase-merge"],
  ["am", "rebase-apply/applying"],
  ["rebase", "rebase-apply"],
  ["merge", "MERGE_HEAD"],
  ["cherry-pick", "CHERRY_PICK_HEAD"],
  ["revert", "REVERT_HEAD"],
  ["cherry-pick", "sequencer/todo"],
];

/** The operation that is under way in this git dir, or null. A bisect is none: each of its steps is a checkout. */
export function operationInProgress(gitDir: string): Operation | null {
  return MARKS.find(([, file]) => existsSync(join(gitDir, file)))?.[0] ?? null;
}

/**
 * Whether the operation that a hook belongs to has ended, though its marks may still be there: MERGE_HEAD in post-merge,
 * the rebase folder in post-rewrite, CHERRY_PICK_HEAD and REVERT_HEAD in post-commit (git 2.39).
 */
export function hasEnded(hook: string, args: readonly string[], gitDir: string): boolean {
  if (autostashPending(gitDir)) return false;
  const operation = operationInProgress(gitDir);
  switch (hook) {
    case "post-merge": // `rebase --rebase-merges` runs `git merge` for an octopus
      return operation === null || operation === "merge";
    case "post-rewrite":
      return operation === null || args[0] === "rebase";
    case "post-commit":
      if (operation !== "cherry-pick" && operation !== "revert") return operation === null;
      return !existsSync(join(gitDir, "sequencer", "todo"));
    case "post-checkout":
      return operation === null && !isRebaseStep(gitDir);
    default:
      return operation === null;
  }
}

/**
 * True when HEAD's last move was a step of a rebase. `rebase --apply` runs post-checkout before it has made the folder
 * by which a rebase is known (git 2.39).
 */
function isRebaseStep(gitDir: string): boolean {
  try {
    const last =
      readFileSync(join(gitDir, "logs", "HEAD"), "latin1")
        .trimEnd()
        .split("\n")
        .at(-1) ?? "";
    return /\t(?:rebase|pull)\b[^\t]*: checkout \S+$/.test(last);
  } catch {
    return false;
  }
}

export function isBisecting(gitDir: string): boolean {
  return existsSync(join(gitDir, "BISECT_LOG"));
}

/**
 * True at a step of a bisect. In the post-checkout of `bisect reset` its log is still there (git 2.39), but HEAD is back
 * where the bisect began: that tree stays, and is built as any other.
 */
export function isBisectStep(gitDir: string): boolean {
  if (!isBisecting(gitDir)) return false;
  try {
    const start = readFileSync(join(gitDir, "BISECT_START"), "utf8").trim();
    const head = readFileSync(join(gitDir, "HEAD"), "utf8").trim();
    return head !== start && head !== `ref: refs/heads/${start}`;
  } catch {
    return true;
  }
}

/** True while git holds changes that it will put back after the hooks have run (`pull --autostash`). */
function autostashPending(gitDir: string): boolean {
  return ["MERGE_AUTOSTASH", "rebase-merge/autostash", "rebase-apply/autostash"].some((file) =>
    existsSync(join(gitDir, file)),
  );
}
