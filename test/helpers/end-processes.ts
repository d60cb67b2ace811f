import { readdirSync, readFileSync, readlinkSync } from "node:fs";
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

/** For a failure's message: each process in a folder, its parent and state, what it waits for, its command. */
export function describeProcesses(folder: string): string {
  return processesIn(folder)
    .map((id) => {
      const status = readProcess(id, "status");
      const of = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "?";
      const command = readProcess(id, "cmdline").replaceAll("\0", " ");
      return `${id} of ${of("PPid")}, ${of("State")}, blocked ${of("SigBlk")}, ${readProcess(id, "wchan")}: ${command}`;
    })
    .join("\n");
}

function readProcess(id: number, name: string): string {
  try {
    return readFileSync(`/proc/${id}/${name}`, "utf8");
  } catch {
    return "";
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
