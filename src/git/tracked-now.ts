import { statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Workspace } from "../model.ts";
import type { PathSet } from "./path-set.ts";
import { readTracked } from "./work-tree.ts";

/** A checkout writes files first and the index last; it holds this lock all the while. */
const LOCK = "index.lock";
const WAIT_MS = 5000;
const ASK_AGAIN_MS = 10;
/** A lock of this age was left by a git that was killed. */
const ABANDONED_MS = 10 * 60_000;

/**
 * What git tracks at this moment, after a git that is at work on the index has ended. Waits at most 5 s for it.
 * Null: the index cannot be read.
 */
export async function trackedNow(ws: Workspace): Promise<PathSet | null> {
  const untilMs = performance.now() + WAIT_MS;
  while (isGitAtWork(ws) && performance.now() < untilMs) await sleep(ASK_AGAIN_MS);
  return (await readTracked(ws))?.tracked ?? null;
}

function isGitAtWork(ws: Workspace): boolean {
  const lock = statSync(join(ws.gitDir, LOCK), { throwIfNoEntry: false });
  return lock !== undefined && Date.now() - lock.mtimeMs < ABANDONED_MS;
}
