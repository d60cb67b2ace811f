/** A build that a person typed: start or join the builder, watch it, and never leave before it has ended. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Workspace } from "../model.ts";
import { EXIT, failure, type FailureCode } from "../report/failure.ts";
import { failureText } from "../report/terminal.ts";
import { stateUnwritable } from "../store/state-file.ts";
import { treeHolderText } from "./holder.ts";
import { newBuildId, writeRequest, type BuildRequest } from "./request.ts";
import { runningBuild } from "./running.ts";
import { listenForInterrupts, type Interrupts } from "./interrupts.ts";
import { recover } from "./recover.ts";
import type { ToldEvent } from "./read-log.ts";
import { startBuilder } from "./start.ts";
import { watch, type ViewRequest } from "./viewer.ts";

export interface TypedBuildRequest {
  readonly ws: Workspace;
  readonly force: boolean;
  readonly only: readonly string[] | null;
  /** False: exit 4 when another build runs. */
  readonly wait: boolean;
  readonly write: (text: string) => void;
  readonly showOutput: boolean;
  /** For a program: gets the events of the build in place of what people read. */
  readonly onEvent?: (told: ToldEvent) => void;
  /** Nothing has to be built: kept files go back in milliseconds, without a process of their own. */
  readonly isRestore: boolean;
  /** For the builder: see {@link BuildRequest}. */
  readonly seen: BuildRequest["seen"];
}

/** @returns the command's exit code. */
export async function runTypedBuild(request: TypedBuildRequest): Promise<number> {
  if (request.isRestore) {
    const exit = await restoreHere(request);
    if (exit !== EXIT.busy || !request.wait) return exit;
  }
  const interrupts = listenForInterrupts();
  try {
    for (;;) {
      const waited = await waitForOther(request, interrupts);
      if (waited !== null) return waited;
      const exit = await buildOnce(request, interrupts);
      if (exit !== EXIT.busy || !request.wait) return exit;
      await sleep(200); // another one was quicker, or another work tree builds into this environment: wait for it
    }
  } finally {
    interrupts.stop();
  }
}

/** Watches a build that runs already. A signal ends the waiting only: that build is not ours. @returns an exit code, or null to go on. */
async function waitForOther(request: TypedBuildRequest, interrupts: Interrupts): Promise<number | null> {
  const running = runningBuild(request.ws);
  if (running === null) return null;
  const who = treeHolderText(request.ws, running);
  if (!request.wait) return tell(request, "E401", `another build runs: ${who}.`, "rebuild-if-needed wait");
  request.write(`waiting for the build that runs already: ${who}`);
  const isOver = (): boolean => interrupts.signal !== null || interrupts.isHungUp;
  await watch({ ...viewOf(request), ...running, isOver });
  if (interrupts.signal === null) return interrupts.isHungUp ? 129 : null;
  request.write(
    "rebuild-if-needed: not waiting any longer; the other build goes on. Next: rebuild-if-needed cancel",
  );
  return 128 + interrupts.signal;
}

/** Starts a builder and watches it to its end, whatever signals come. */
async function buildOnce(request: TypedBuildRequest, interrupts: Interrupts): Promise<number> {
  const { ws, force, only } = request;
  const started = startBuilder(ws, {
    trigger: "typed",
    force,
    only,
    ignoreOperation: false,
    wait: request.wait,
    ...(request.seen === undefined ? {} : { seen: request.seen }),
  });
  if (!started.ok) {
    request.write(failureText(started.failure));
    return started.failure.exit;
  }
  const { buildId, owner } = started.value;
  interrupts.forwardTo(owner.pid);
  const end = await watch({ ...viewOf(request), buildId, owner, isOver: () => interrupts.isHungUp });
  if (end.kind === "left") return 129; // the builder goes on
  const { signal } = interrupts;
  if (end.kind === "result") return end.exit === EXIT.cancelled && signal !== null ? 128 + signal : end.exit;
  await recover(ws);
  if (signal === null) {
    const log = `${ws.stateDir}/builds/${buildId}`;
    return tell(
      request,
      "E206",
      `the builder was killed. Your previous build is in place. Log: ${log}`,
      "rebuild-if-needed",
    );
  }
  tell(request, "E209", "cancelled. Your previous build is in place.", "rebuild-if-needed");
  return 128 + signal;
}

function viewOf(request: TypedBuildRequest): Pick<ViewRequest, "ws" | "write" | "showOutput" | "onEvent"> {
  const { ws, write, showOutput, onEvent } = request;
  return { ws, write, showOutput, ...(onEvent === undefined ? {} : { onEvent }) };
}

async function restoreHere(request: TypedBuildRequest): Promise<number> {
  const { ws, write, force, only } = request;
  const wish = {
    version: 1,
    buildId: newBuildId(),
    trigger: "typed",
    force,
    only,
    ignoreOperation: false,
    wait: request.wait,
  } as const;
  try {
    writeRequest(ws, wish);
  } catch (error) {
    const unwritable = stateUnwritable(ws.stateDir, error);
    if (unwritable.ok) return EXIT.failed;
    write(failureText(unwritable.failure));
    return unwritable.failure.exit;
  }
  const lines: string[] = [];
  const { runBuilder } = await import("./builder.ts"); // mostly another process builds
  const exit = await runBuilder(ws, wish, (line) => lines.push(line));
  if (exit !== EXIT.busy || !request.wait) for (const line of lines) write(line);
  return exit;
}

function tell(request: TypedBuildRequest, code: FailureCode, message: string, next: string): number {
  const reason = failure(code, message, next);
  request.write(failureText(reason));
  return reason.exit;
}
