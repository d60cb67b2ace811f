/** Marks of looks that are due: one for the builder that runs, one for the process that waits for git to end. */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { startTime } from "./owner.ts";

/** A look that is due once this git process has ended. */
export interface LookLater {
  readonly gitPid: number;
  /** Start time of that process, so that another one with its number is not waited for; empty: nobody is. */
  readonly birth: string;
}

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
  leave(lookDuePath(ws), "");
}

/**
 * Leaves the mark for the process that waits for git.
 * @param gitPid whose end to wait for; null: nobody's.
 */
export function markLookLater(ws: Workspace, gitPid: number | null): void {
  const birth = gitPid === null ? null : startTime(gitPid);
  leave(lookLaterPath(ws), birth === null ? "" : `${gitPid} ${birth}`);
}

/** The mark for the process that waits for git, or null when no such look is due. */
export function readLookLater(ws: Workspace): LookLater | null {
  try {
    const [pid, ...birth] = readFileSync(lookLaterPath(ws), "utf8").split(" ");
    return { gitPid: Number(pid), birth: birth.join(" ") };
  } catch {
    return null;
  }
}

/** True when the git process that the look waits for has ended. */
export function hasGitEnded({ gitPid, birth }: LookLater): boolean {
  return birth === "" || startTime(gitPid) !== birth;
}

/** Called before a look, never after it: what happens during a look is not seen by it. */
export function dropLookDue(ws: Workspace): void {
  rmSync(lookDuePath(ws), { force: true });
}

/** The same for the mark of the process that waits for git: a hook that comes when git is done looks in its place. */
export function dropLookLater(ws: Workspace): void {
  rmSync(lookLaterPath(ws), { force: true });
}

function leave(path: string, text: string): void {
  const temp = `${path}.${process.pid}`;
  try {
    writeFileSync(temp, text);
    renameSync(temp, path); // half a mark would name no process, and so be due at once
  } catch {
    // The next look finds whatever moved, marked or not.
  }
}
