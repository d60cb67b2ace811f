import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { duration } from "../report/terminal.ts";
import { BUILD_VARIABLE, endProcessesOf, killGroup } from "./process-group.ts";

export type RunResult =
  | { readonly kind: "good" }
  | {
      readonly kind: "failed";
      readonly argv: readonly string[];
      /** `exit 1`, `killed by SIGSEGV`, `could not be started: EACCES`, `ended after 6 h by time-limit`. */
      readonly how: string;
    }
  | { readonly kind: "cancelled" };

/** Lets somebody else stop a run: first politely, then at once. */
export interface Canceller {
  readonly asked: boolean;
  /** Called by the runner; the listener gets the signal to send to the recipe. */
  onAsk(listener: (signal: NodeJS.Signals) => void): () => void;
}

export interface RunRequest {
  readonly buildId: string;
  readonly steps: readonly (readonly [string, ...string[]])[];
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly canceller: Canceller;
  /** For all steps together, ms. */
  readonly limitMs: number;
}

/** How long a recipe may take to end by itself after it was asked to, in ms. */
const GRACE_MS = 5000;

/**
 * Runs the steps of a recipe, each in a process group of its own. They inherit the builder's stdout and stderr,
 * which are a file: nobody who reads it can slow or break the recipe. When it returns, no process of it is left.
 */
export async function runRecipe(request: RunRequest): Promise<RunResult> {
  const untilMs = performance.now() + request.limitMs;
  try {
    for (const argv of request.steps) {
      if (request.canceller.asked) return { kind: "cancelled" };
      writeSync(1, `$ ${argv.join(" ")}\n`);
      const result = await runStep(argv, request, untilMs);
      if (result.kind !== "good") return result;
    }
    return { kind: "good" };
  } finally {
    endProcessesOf(request.buildId);
  }
}

async function runStep(
  argv: readonly [string, ...string[]],
  request: RunRequest,
  untilMs: number,
): Promise<RunResult> {
  const [program, ...args] = argv;
  const { execa } = await import("execa");
  if (request.canceller.asked) return { kind: "cancelled" };
  const child = execa(program, args, {
    cwd: request.cwd,
    env: { ...request.environment, [BUILD_VARIABLE]: request.buildId },
    extendEnv: false,
    detached: true, // its own process group, so that all of it can be ended
    cleanup: false,
    reject: false,
    buffer: false,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const end = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    killGroup(child.pid, signal);
    if (signal !== "SIGKILL") void killLater(child.pid, child);
  };
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    end("SIGTERM");
  }, untilMs - performance.now());
  const stop = request.canceller.onAsk(end);
  const result = await child;
  stop();
  clearTimeout(timer);
  if (child.pid !== undefined) killGroup(child.pid, "SIGKILL"); // a recipe's background children end with it
  if (request.canceller.asked) return { kind: "cancelled" };
  if (isLate) return { kind: "failed", argv, how: `ended after ${duration(request.limitMs)} by time-limit` };
  if (!result.failed) return { kind: "good" };
  if (result.signal !== undefined) return { kind: "failed", argv, how: `killed by ${result.signal}` };
  if (result.exitCode !== undefined) return { kind: "failed", argv, how: `exit ${result.exitCode}` };
  return { kind: "failed", argv, how: `could not be started: ${result.code ?? "unknown"}` };
}

async function killLater(pid: number, child: PromiseLike<unknown>): Promise<void> {
  const abort = new AbortController();
  void child.then(() => abort.abort());
  try {
    await sleep(GRACE_MS, undefined, { signal: abort.signal });
    killGroup(pid, "SIGKILL");
  } catch {
    // it ended in time
  }
}
