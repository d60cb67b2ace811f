import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { buildFolder } from "./build-folder.ts";
import { lockHolder } from "./lock.ts";
import { worktreeLock } from "./lock-places.ts";
import { isAlive, isOwner, type Owner } from "./owner.ts";

export interface RunningBuild {
  readonly buildId: string;
  readonly pid: number;
}

/** The build that holds this work tree's lock, or the newest one whose builder has been started and not ended. */
export function runningBuild(ws: Workspace): RunningBuild | null {
  const holder = lockHolder(worktreeLock(ws));
  if (holder !== null) return { buildId: holder.label, pid: holder.owner.pid };
  for (const buildId of startedBuilds(ws)) {
    const owner = readOwner(ws, buildId);
    if (owner !== null && isAlive(owner)) return { buildId, pid: owner.pid };
  }
  return null;
}

/** File by which a started builder is known before it has taken the lock. */
export function ownerPath(ws: Workspace, buildId: string): string {
  return join(buildFolder(ws, buildId), "owner.json");
}

function startedBuilds(ws: Workspace): string[] {
  try {
    return readdirSync(join(ws.stateDir, "builds")).sort().slice(-3).reverse();
  } catch {
    return [];
  }
}

function readOwner(ws: Workspace, buildId: string): Owner | null {
  try {
    const value: unknown = JSON.parse(readFileSync(ownerPath(ws, buildId), "utf8"));
    return isOwner(value) ? value : null;
  } catch {
    return null;
  }
}
