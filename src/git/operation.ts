import { existsSync } from "node:fs";
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

/** True while git holds changes that it will put back after the hooks have run (`pull --autostash`). */
export function autostashPending(gitDir: string): boolean {
  return ["MERGE_AUTOSTASH", "rebase-merge/autostash", "rebase-apply/autostash"].some((file) =>
    existsSync(join(gitDir, file)),
  );
}
