import type { Workspace } from "../model.ts";
import { failure, ok, refuse, type Failure, type Result } from "../report/failure.ts";
import type { Quarantined } from "../store/quarantine.ts";
import { newerState, stateUnwritable } from "../store/state-file.ts";
import { journalPath, readJournal, type Journal } from "./journal.ts";
import { takeLock } from "./lock.ts";
import { worktreeLock } from "./lock-places.ts";
import { isAlive } from "./owner.ts";
import { finish } from "./finish.ts";
import { rollBack } from "./roll-back.ts";
import { isCommitted } from "./transaction.ts";

export type Recovery =
  | { readonly kind: "nothing" }
  /** A live builder owns the journal: leave it alone. */
  | { readonly kind: "running"; readonly buildId: string }
  | { readonly kind: "rolled-back"; readonly buildId: string; readonly moved: readonly Quarantined[] }
  | { readonly kind: "completed"; readonly buildId: string; readonly moved: readonly Quarantined[] };

/** Every command starts with this: a journal without a living owner is undone, or finished if it was committed. */
export async function recover(ws: Workspace): Promise<Result<Recovery>> {
  const first = readJournal(ws);
  if (first.kind === "none") return ok({ kind: "nothing" });
  if (first.kind === "newer") return newerState(journalPath(ws));
  if (first.kind === "unreadable") return refuseUnreadable(ws, first.why);
  if (isAlive(first.journal.owner)) return ok({ kind: "running", buildId: first.journal.buildId });
  try {
    const answer = await takeLock(worktreeLock(ws), "recovery");
    if (answer.kind === "busy") return ok({ kind: "running", buildId: answer.label });
    try {
      return await recoverLocked(ws);
    } finally {
      answer.lock.release();
    }
  } catch (error) {
    return stateUnwritable(ws.stateDir, error);
  }
}

/** The same for a caller that holds the lock of this work tree. */
export async function recoverLocked(ws: Workspace): Promise<Result<Recovery>> {
  const read = readJournal(ws);
  if (read.kind === "none") return ok({ kind: "nothing" });
  if (read.kind === "newer") return newerState(journalPath(ws));
  if (read.kind === "unreadable") return refuseUnreadable(ws, read.why);
  const { journal } = read;
  const { buildId } = journal;
  try {
    if (isCommitted(ws, journal)) return ok({ kind: "completed", buildId, moved: tidyUp(ws, journal) });
    return ok({ kind: "rolled-back", buildId, moved: await rollBack(ws, journal) });
  } catch (error) {
    return { ok: false, failure: recoveryFailed(ws, error) };
  }
}

/** The new build is in place; what is left to do can wait for a disk that is not full. */
function tidyUp(ws: Workspace, journal: Journal): readonly Quarantined[] {
  try {
    return finish(ws, journal);
  } catch {
    return [];
  }
}

function recoveryFailed(ws: Workspace, error: unknown): Failure {
  return failure(
    "E205",
    `an interrupted build could not be undone yet: ${String(error)}. Its files are safe under ${ws.stateDir}/stage.`,
    "mend that, then: rebuild-if-needed status",
  );
}

function refuseUnreadable(ws: Workspace, why: string): Result<Recovery> {
  return refuse(
    "E303",
    `the journal of an interrupted build cannot be read: ${why}. Nothing was changed; what it moved is under ${ws.stateDir}/stage.`,
    `look there, then: mv ${journalPath(ws)} ${journalPath(ws)}.bad`,
  );
}
