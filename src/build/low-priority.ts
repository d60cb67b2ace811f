/** A build that nobody watches gives way to what the person does meanwhile. */
import { readFileSync, writeFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { findProgram } from "../fingerprint/search-path.ts";
import { childProcess } from "../late-modules.ts";

/** As `nice` without a number. */
const NICE = 10;

/** Where util-linux has `ionice`; the person's PATH is not asked. */
const FOLDERS = ["/usr/bin", "/bin"];

/**
 * Lowers this process, and so all that it starts, for processor and disk; one that is lower already stays as it is.
 * Never fails. Nobody can raise it again without being root.
 */
export function lowerPriority(): void {
  try {
    if (getPriority() < NICE) setPriority(NICE);
  } catch {
    // a container may forbid it
  }
  lowerGroup();
  lowerDisk();
}

/**
 * Where Linux groups processes by session (most desktops), a nice value counts only within the session, and a builder
 * has one of its own: the group has to be lowered as well (man 7 sched, "The autogroup feature").
 */
function lowerGroup(): void {
  try {
    const [, nice] = / nice (-?\d+)/.exec(readFileSync("/proc/self/autogroup", "latin1")) ?? [];
    if (nice !== undefined && Number(nice) < NICE) writeFileSync("/proc/self/autogroup", String(NICE));
  } catch {
    // no such feature here
  }
}

/** The lowest of the ordinary class. The idle class could starve for hours and hold the lock. */
function lowerDisk(): void {
  const ionice = process.platform === "linux" ? findProgram("ionice", FOLDERS) : null;
  if (ionice === null) return;
  const run = (...args: string[]): string =>
    childProcess().execFileSync(ionice, [...args, "-p", String(process.pid)], {
      encoding: "utf8",
      timeout: 2000,
      stdio: ["ignore", "pipe", "ignore"],
    });
  try {
    if (!run().startsWith("idle")) run("-c", "2", "-n", "7");
  } catch {
    // forbidden, or a busybox that knows less
  }
}
