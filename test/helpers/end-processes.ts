import { readdirSync, readlinkSync } from "node:fs";
import { sep } from "node:path";

/**
 * Ends what still runs in a folder (a detached builder, a compiler), by its working folder.
 * Where there is no /proc nothing is done: such a process then ends when its folder is gone.
 */
export function endProcessesIn(folder: string): void {
  for (const id of processIds()) {
    const cwd = workingFolder(id);
    if (cwd !== folder && !cwd.startsWith(folder + sep)) continue;
    try {
      process.kill(id, "SIGKILL");
    } catch {
      // it ended by itself meanwhile
    }
  }
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
