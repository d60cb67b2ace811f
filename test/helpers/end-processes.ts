import { readdirSync, readlinkSync } from "node:fs";
import { sep } from "node:path";

/**
 * Ends what still runs in a folder (a detached builder, a compiler), by its working folder.
 * Where there is no /proc nothing is done: such a process then ends when its folder is gone.
 */
export function endProcessesIn(folder: string): void {
  for (const id of processesIn(folder)) {
    try {
      process.kill(id, "SIGKILL");
    } catch {
      // it ended by itself meanwhile
    }
  }
}

/** Processes that work in a folder; none where there is no /proc. */
export function processesIn(folder: string): number[] {
  return processIds().filter((id) => {
    const cwd = workingFolder(id);
    return cwd === folder || cwd.startsWith(folder + sep);
  });
}

function processIds(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function workingFolder(id: number): string {
  try {
    return readlinkSync(`/proc/${id}/cwd`).replace(/ \(deleted\)$/, "");
  } catch {
    return "";
  }
}
