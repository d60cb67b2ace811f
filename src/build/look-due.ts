/** The mark of a look that is due: left by events that come too early, or while a build runs. */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { startTime } from "./owner.ts";

/** A look that is due once this git process has ended. */
export interface LookDue {
  readonly gitPid: number;
  /** Start time of that process, so that another one with its number is not waited for. */
  readonly birth: string;
}

export function lookDuePath(ws: Workspace): string {
  return join(ws.stateDir, "look-due");
}

/**
 * Leaves the mark; without it the next look still finds whatever moved.
 * @param gitPid whose end to wait for; null: nobody's.
 */
export function markLookDue(ws: Workspace, gitPid: number | null): void {
  const birth = gitPid === null ? null : startTime(gitPid);
  const temp = `${lookDuePath(ws)}.${process.pid}`;
  try {
    writeFileSync(temp, birth === null ? "" : `${gitPid} ${birth}`);
    renameSync(temp, lookDuePath(ws)); // half a mark would name no process, and so be due at once
  } catch {
    // The next look finds whatever moved, marked or not.
  }
}

/** The mark, or null when no look is due. */
export function readLookDue(ws: Workspace): LookDue | null {
  try {
    const [pid, ...birth] = readFileSync(lookDuePath(ws), "utf8").split(" ");
    return { gitPid: Number(pid), birth: birth.join(" ") };
  } catch {
    return null;
  }
}

/** True when the git process that the look waits for has ended. */
export function hasGitEnded({ gitPid, birth }: LookDue): boolean {
  return birth === "" || startTime(gitPid) !== birth;
}

export function dropLookDue(ws: Workspace): void {
  rmSync(lookDuePath(ws), { force: true });
}
