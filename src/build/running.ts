import type { Workspace } from "../model.ts";
import { lockHolder } from "./lock.ts";
import { worktreeLock } from "./lock-places.ts";

/** The build that holds this work tree's lock, or null. */
export function runningBuild(ws: Workspace): { buildId: string; pid: number } | null {
  const holder = lockHolder(worktreeLock(ws));
  return holder === null ? null : { buildId: holder.label, pid: holder.owner.pid };
}
