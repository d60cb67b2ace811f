/** A build that a person typed: start or join the builder, watch it, and never leave before it has ended. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Workspace } from "../model.ts";
import { EXIT, failure, type Failure } from "../report/failure.ts";
import { failureText } from "../report/terminal.ts";
import { stateUnwritable } from "../store/state-file.ts";
import { runBuilder } from "./builder.ts";
import { newBuildId, writeRequest } from "./request.ts";
import { runningBuild } from "./running.ts";
import { recover } from "./recover.ts";
import { startBuilder } from "./start.ts";
import { watch, type ViewEnd } from "./viewer.ts";

export interface TypedBuildRequest {
  readonly ws: Workspace;
  readonly force: boolean;
  readonly only: readonly string[] | null;
  /** False: exit 4 when another build runs. */
  readonly wait: boolean;
  readonly write: (text: string) => void;
  readonly showOutput: boolean;
  /** Nothing has to be built: kept files go back in milliseconds, without a process of their own. */
  readonly isRestore: boolean;
}

/** @returns the command's exit code. */
export async function runTypedBuild(request: TypedBuildRequest): Promise<number> {
  const { ws, write } = request;
  if (request.isRestore) {
    const exit = await restoreHere(request);
    if (exit !== EXIT.busy || !request.wait) return exit;
  }
  for (;;) {
    const running = runningBuild(ws);
    if (running !== null) {
      if (!request.wait)
        return tell(
          write,
          failure("E401", `another build runs (${running.buildId}).`, "rebuild-if-needed wait"),
        );
      write(`waiting for the build that runs already (${running.buildId}, process ${running.pid})`);
      await watch({ ws, buildId: running.buildId, pid: running.pid, write, showOutput: request.showOutput });
    }
    const started = startBuilder(ws, { trigger: "typed", force: request.force, only: request.only });
    if (!started.ok) return tell(write, started.failure);
    const { buildId, pid } = started.value;
    const end = await watchTyped(pid, () =>
      watch({ ws, buildId, pid, write, showOutput: request.showOutput }),
    );
    if (end.end.kind === "died") {
      await recover(ws);
      return tell(
        write,
        failure(
          "E206",
          `the builder was killed. Your previous build is in place. Log: ${ws.stateDir}/builds/${buildId}`,
          "rebuild-if-needed",
        ),
      );
    }
    if (end.end.exit === EXIT.busy && request.wait) {
      await sleep(200); // another one was quicker, or another work tree builds into this environment: wait for it
      continue;
    }
    return end.end.exit === EXIT.cancelled && end.signal !== null ? 128 + end.signal : end.end.exit;
  }
}

async function restoreHere(request: TypedBuildRequest): Promise<number> {
  const { ws, write, force, only } = request;
  const wish = { version: 1, buildId: newBuildId(), trigger: "typed", force, only } as const;
  try {
    writeRequest(ws, wish);
  } catch (error) {
    const unwritable = stateUnwritable(ws.stateDir, error);
    return unwritable.ok ? EXIT.failed : tell(write, unwritable.failure);
  }
  const lines: string[] = [];
  const exit = await runBuilder(ws, wish, (line) => lines.push(line));
  if (exit !== EXIT.busy || !request.wait) for (const line of lines) write(line);
  return exit;
}

/** ^C asks the builder to cancel, a second one ends the recipe at once; either way we stay until it has rolled back. */
async function watchTyped(
  pid: number,
  run: () => Promise<ViewEnd>,
): Promise<{ end: ViewEnd; signal: number | null }> {
  let signal: number | null = null;
  const forward = (name: NodeJS.Signals, number: number) => (): void => {
    signal = number;
    try {
      process.kill(pid, name);
    } catch {
      // it has just ended
    }
  };
  const onInterrupt = forward("SIGINT", 2);
  const onTerminate = forward("SIGTERM", 15);
  const onHangUp = (): void => process.exit(129); // a lost terminal is no wish to cancel: the builder goes on
  process.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate).on("SIGHUP", onHangUp);
  try {
    return { end: await run(), signal };
  } finally {
    process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate).off("SIGHUP", onHangUp);
  }
}

function tell(write: (text: string) => void, reason: Failure): number {
  write(failureText(reason));
  return reason.exit;
}
