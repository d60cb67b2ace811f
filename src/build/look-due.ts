import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";

/** An event that came while a build ran leaves this mark; the builder then looks once more. */
export function lookDuePath(ws: Workspace): string {
  return join(ws.stateDir, "look-due");
}

/** Leaves the mark; without it the next look still finds whatever moved. */
export function markLookDue(ws: Workspace): void {
  try {
    writeFileSync(lookDuePath(ws), "");
  } catch {
    // The next look finds whatever moved, marked or not.
  }
}
