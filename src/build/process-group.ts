import { readFileSync, readdirSync } from "node:fs";

/** Variable that every process of a recipe inherits: how its orphans are known, and the hooks' recursion guard. */
export const BUILD_VARIABLE = "REBUILD_IF_NEEDED_BUILD";

/**
 * Processes of a recipe that still run, found by the build id in their environment: exact even when ids of
 * processes were reused or a child made a group of its own. Linux only; elsewhere the caller has the group.
 */
function processesOf(buildId: string): number[] {
  let pids: string[];
  try {
    pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return pids.map(Number).filter((pid) => pid !== process.pid && isOfBuild(pid, buildId));
}

/** Ends them all, again and again until none is left (one may fork while we kill). Never throws. */
export function endProcessesOf(buildId: string): number {
  let ended = 0;
  for (let round = 0; round < 50; round++) {
    const pids = processesOf(buildId);
    if (pids.length === 0) return ended;
    ended += pids.length;
    for (const pid of pids) kill(pid, "SIGKILL");
  }
  return ended;
}

/** Signals a whole process group, if it still exists. */
export function killGroup(pgid: number, signal: NodeJS.Signals): void {
  kill(-pgid, signal);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended
  }
}

/** Whether a process belongs to a build. Linux only. */
export function isOfBuild(pid: number, buildId: string): boolean {
  const mark = Buffer.from(`${BUILD_VARIABLE}=${buildId}\0`);
  try {
    const environment = readFileSync(`/proc/${pid}/environ`);
    return (
      environment.subarray(0, mark.length).equals(mark) ||
      environment.includes(Buffer.concat([Buffer.from([0]), mark]))
    );
  } catch {
    return false; // ended, or another user's
  }
}
