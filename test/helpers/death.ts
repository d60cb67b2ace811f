/** Lets a process of ours die, be signalled or find the disk full at the N-th call by which it changes a file. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot, type Sandbox } from "./sandbox.ts";

export interface Death {
  /** Counted from 1. A process that makes fewer calls ends as it would. */
  readonly at: number;
  readonly by: "SIGKILL" | "SIGINT" | "SIGTERM" | "SIGHUP" | "full disk";
  /** Dying in a write leaves the half of it. */
  readonly isTorn?: boolean;
  /** The signal comes again so many calls later. */
  readonly twiceAfter?: number;
}

/** Why it cannot be done here, or false. */
export const cannotPreload =
  process.platform === "linux" ? false : "counts calls by LD_PRELOAD, which is Linux's";

const NUMBERS = { "full disk": 0, SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 } as const;

/** Compiles the library. @returns its path. */
export function deathLibrary(box: Sandbox): string {
  const library = box.path("death.so");
  const source = join(packageRoot(), "test", "helpers", "death-at-a-call.c");
  execFileSync("gcc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], { stdio: "pipe" });
  return library;
}

/**
 * @param also a folder outside of the sandbox where calls are counted too.
 * @returns the environment in which the process of `command` (`builder`, `check`, ...) meets its death.
 */
export function dying(
  box: Sandbox,
  library: string,
  command: string,
  trace: string,
  death: Death,
  also?: string,
): Record<string, string> {
  return {
    ...box.environment,
    LD_PRELOAD: library,
    DEATH_COMMAND: command,
    DEATH_ROOT: box.root,
    ...(also === undefined ? {} : { DEATH_ALSO: also }),
    DEATH_TRACE: trace,
    DEATH_AT: String(death.at),
    DEATH_BY: String(NUMBERS[death.by]),
    DEATH_TORN: death.isTorn === true ? "1" : "0",
    DEATH_TWICE: String(death.twiceAfter ?? 0),
  };
}

/** The calls that were counted, oldest first: `12 rename /path`. */
export function callsIn(trace: string): string[] {
  return existsSync(trace) ? readFileSync(trace, "utf8").split("\n").slice(0, -1) : [];
}
