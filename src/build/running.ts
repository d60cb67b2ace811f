import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { buildFolder } from "./build-folder.ts";
import { lockHolder } from "./lock.ts";
import { worktreeLock } from "./lock-places.ts";
import { markLookDue } from "./look-due.ts";
import { isAlive, isOwner, type Owner } from "./owner.ts";
import { keptBuilds } from "./read-log.ts";
import { isBuildId } from "./request.ts";

export interface RunningBuild {
  readonly buildId: string;
  readonly owner: Owner;
}

/** The build that holds this work tree's lock, or the newest one whose builder has been started and not ended. */
export function runningBuild(ws: Workspace): RunningBuild | null {
  const holder = lockHolder(worktreeLock(ws));
  if (holder !== null && isBuildId(holder.label)) return { buildId: holder.label, owner: holder.owner };
  for (const buildId of keptBuilds(ws).slice(0, 3)) {
    const owner = readOwner(ws, buildId);
    if (owner !== null && isAlive(owner)) return { buildId, owner };
  }
  return null;
}

/** Leaves a look to the build that runs. @returns that build, or null: none runs (any more), so the look is the caller's. */
export function leaveToBuilder(ws: Workspace): RunningBuild | null {
  if (runningBuild(ws) === null) return null;
  markLookDue(ws);
  // Asked again: a builder first gives up what it is known by and then asks for the mark, so one of us two sees the other.
  return runningBuild(ws);
}

/** File by which a started builder is known before it has taken the lock. */
export function ownerPath(ws: Workspace, buildId: string): string {
  return join(buildFolder(ws, buildId), "owner.json");
}

/** The builder is about to end: from now on nobody may leave it a look. */
export function dropOwner(ws: Workspace, buildId: string): void {
  rmSync(ownerPath(ws, buildId), { force: true });
}

function readOwner(ws: Workspace, buildId: string): Owner | null {
  try {
    const value: unknown = JSON.parse(readFileSync(ownerPath(ws, buildId), "utf8"));
    return isOwner(value) ? value : null;
  } catch {
    return null;
  }
}
