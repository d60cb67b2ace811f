import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { childProcess, crypto } from "../late-modules.ts";

/** Names one process for good: a process id alone is reused. */
export interface Owner {
  readonly pid: number;
  /** Start time as the kernel counts it (Linux: ticks since boot; macOS: `ps` text). */
  readonly startedAt: string;
  /** Changes with each boot. */
  readonly boot: string;
  readonly host: string;
  /** Which process ids it speaks of: containers have their own. */
  readonly pidSpace: string;
  /** When it was written down, ms since the epoch. */
  readonly sinceMs: number;
}

/** An owner that cannot be looked at (another host or container) is given this long. */
const UNSEEN_MS = 12 * 3600 * 1000;

/** All values are short words, so that an owner fits into a file name. */
export function thisProcess(): Owner {
  return ownerOf(process.pid);
}

/** The same for any process of this host. */
export function ownerOf(pid: number): Owner {
  const startedAt = startTime(pid) ?? "";
  return { pid, startedAt, boot: bootId(), host: hostId(), pidSpace: pidSpace(), sinceMs: Date.now() };
}

/** Whether that very process still runs. One of another host or container is taken to live, but not for ever. */
export function isAlive(owner: Owner): boolean {
  if (isHere(owner)) return owner.startedAt !== "" && startTime(owner.pid) === owner.startedAt;
  if (owner.host === hostId() && owner.boot !== bootId()) return false;
  return Date.now() - owner.sinceMs < UNSEEN_MS;
}

/** Whether its process id means something here: one of another machine or container must not be signalled. */
export function isHere(owner: Owner): boolean {
  return owner.boot === bootId() && owner.pidSpace === pidSpace();
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

/** Parser at the border: an owner as a state file holds it. */
export function isOwner(value: unknown): value is Owner {
  if (typeof value !== "object" || value === null) return false;
  const record: Record<string, unknown> = { ...value };
  return (
    typeof record["pid"] === "number" &&
    typeof record["sinceMs"] === "number" &&
    ["startedAt", "boot", "host", "pidSpace"].every((key) => typeof record[key] === "string")
  );
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").replace(/\W/g, "").slice(0, 12);
  } catch {
    return "unknown";
  }
}

function hostId(): string {
  return crypto().createHash("sha256").update(hostname()).digest("hex").slice(0, 12);
}

function pidSpace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid").replace(/\D/g, "");
  } catch {
    return "0";
  }
}

function psStartTime(pid: number): string | null {
  try {
    return (
      childProcess()
        .execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" })
        .replace(/\W/g, "") || null
    );
  } catch {
    return null;
  }
}
