import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { dropLookDue, dropLookLater, lookLaterPath } from "../build/look-due.ts";
import { takeLock } from "../build/lock.ts";
import { lookLaterLock } from "../build/look-later.ts";
import { startTime } from "../build/owner.ts";
import { leaveToBuilder } from "../build/running.ts";
import { lookForEvent } from "../event.ts";
import { findWorkspace } from "../git/workspace.ts";
import type { Io } from "./io.ts";

const POLL_MS = 25;

/** Internal: waits for git to end, then looks, unless a later hook has looked in the meantime. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const ws = await findWorkspace(io.cwd);
  if (!ws.ok) return 0;
  const answer = await takeLock(lookLaterLock(ws.value), "look-later");
  if (answer.kind === "busy") return 0;
  try {
    const gitPid = Number(argv[0]);
    await endOf(gitPid);
    if (!existsSync(lookLaterPath(ws.value))) return 0;
    dropLookLater(ws.value);
    if (leaveToBuilder(ws.value) === null) {
      dropLookDue(ws.value);
      await lookForEvent(ws.value, "look-later", { say: io.say, canWatch: false, ignoreOperation: false });
    }
  } finally {
    answer.lock.release();
  }
  return 0;
}

async function endOf(pid: number): Promise<void> {
  const birth = startTime(pid);
  for (let now = birth; now !== null && now === birth; now = startTime(pid)) await sleep(POLL_MS);
}
