import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";

/** An event that came while a build ran leaves this mark; the builder then looks once more. */
export function lookDuePath(ws: Workspace): string {
  return join(ws.stateDir, "look-due");
}

/** The same for the process that waits for git to end. No builder takes it: git is not done yet. */
export function lookLaterPath(ws: Workspace): string {
  return join(ws.stateDir, "look-later");
}

/** Leaves the mark for a builder. */
export function markLookDue(ws: Workspace): void {
  leave(lookDuePath(ws));
}

/** Leaves the mark for the process that waits for git. */
export function markLookLater(ws: Workspace): void {
  leave(lookLaterPath(ws));
}

/** Called before a look, never after it: what happens during a look is not seen by it. */
export function dropLookDue(ws: Workspace): void {
  rmSync(lookDuePath(ws), { force: true });
}

/** The same for the mark of the process that waits for git: a hook that comes when git is done looks in its place. */
export function dropLookLater(ws: Workspace): void {
  rmSync(lookLaterPath(ws), { force: true });
}

function leave(path: string): void {
  try {
    writeFileSync(path, "");
  } catch {
    // The next look finds whatever moved, marked or not.
  }
}
