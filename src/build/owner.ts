import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** Names one process for good: a process id alone is reused. */
export interface Owner {
  readonly pid: number;
  /** Start time as the kernel counts it (Linux: ticks since boot; macOS: `ps` text). */
  readonly startedAt: string;
  /** Changes with each boot. */
  readonly boot: string;
  readonly host: string;
}

export function thisProcess(): Owner {
  return { pid: process.pid, startedAt: startTime(process.pid) ?? "", boot: bootId(), host: hostname() };
}

/** Whether that very process still runs. One of another host is taken to live: nothing here can tell. */
export function isAlive(owner: Owner): boolean {
  if (owner.host !== hostname()) return true;
  if (owner.boot !== bootId()) return false;
  return startTime(owner.pid) === owner.startedAt && owner.startedAt !== "";
}

/** Start time of a process, or null when there is none (a zombie is none). */
export function startTime(pid: number): string | null {
  if (process.platform !== "linux") return psStartTime(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command name may hold spaces and parentheses: fields begin after the last one.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

export function isOwner(value: unknown): value is Owner {
  if (typeof value !== "object" || value === null) return false;
  const record: Record<string, unknown> = { ...value };
  return (
    typeof record["pid"] === "number" &&
    ["startedAt", "boot", "host"].every((key) => typeof record[key] === "string")
  );
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
  } catch {
    return "unknown";
  }
}

function psStartTime(pid: number): string | null {
  try {
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || null;
  } catch {
    return null;
  }
}
