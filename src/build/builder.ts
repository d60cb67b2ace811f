/** The one detached process that builds. It takes the locks, looks, acts, and looks again; nobody has to watch it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ExtensionDecision, Workspace } from "../model.ts";
import type { ObservedExtension } from "../observe.ts";
import { combine } from "../decide.ts";
import { recordFresh } from "../record-fresh.ts";
import { type Failure, assertNever, failure } from "../report/failure.ts";
import { stoppedFailure } from "../report/stopped.ts";
import { summarise } from "../report/reasons.ts";
import { duration } from "../report/terminal.ts";
import { type Look, look } from "../run.ts";
import { estimateMs, lastFailure, readHistory } from "../store/history.ts";
import { openLog } from "./build-log.ts";
import { recordAttempt, tellBusyEnvironment, tellFailure, tellStopped, type Run } from "./builder-run.ts";
import { climb } from "./climb.ts";
import { createCanceller } from "./canceller.ts";
import { lockEnvironment } from "./environment-turn.ts";
import { lowerPriority } from "./low-priority.ts";
import { notifyEnd } from "./notify.ts";
import type { BuildRequest } from "./request.ts";
import { restore } from "./restore.ts";
import { decideAnew, keepSurvivor } from "./survivor.ts";
import { isWatched } from "./viewers.ts";
import { inTurn } from "./work-tree-turn.ts";

/**
 * Runs one request to its end.
 * @param report gets the lines that a person reads in the end; the log has them in any case.
 * @returns the exit code that the request's command would give.
 */
export async function runBuilder(
  ws: Workspace,
  request: BuildRequest,
  report: (line: string) => void = () => {},
): Promise<number> {
  if (request.inBackground === true) lowerPriority();
  const log = openLog(ws, request.buildId);
  const canceller = createCanceller();
  const ask = (): void => canceller.ask();
  process
    .on("SIGINT", ask)
    .on("SIGTERM", ask)
    .on("SIGHUP", () => {});
  const run: Run = { ws, request, log, canceller, lines: [], moved: [] };
  const exit = await inTurn(run, (round) => actOnce(run, round)).catch((error: unknown) => {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return tellFailure(run, failure("E999", `this is a bug: ${stack}`, "report it with the text above"));
  });
  for (const file of run.moved) run.lines.push(`moved aside: ${file.path} -> ${file.keptAt} (${file.why})`);
  const isUnseen = request.inBackground === true && !isWatched(ws, request.buildId); // asked before viewers read the end
  log.tell({ event: "result", exit, lines: run.lines });
  for (const line of run.lines) report(line);
  if (isUnseen) await notifyEnd(ws, request.buildId, exit, run.lines);
  return exit;
}

/** One look, and for each extension what it asks for. */
async function actOnce(run: Run, round: number): Promise<number> {
  const { ws, request } = run;
  const isTyped = request.trigger === "typed";
  const force = request.force && round === 1;
  const ask = {
    asker: isTyped ? "person" : "event",
    only: request.only,
    ignoreOperation: request.ignoreOperation && round === 1, // the git of a later event has ended, and so have its marks
    force,
    ...(request.seen === undefined ? {} : { seen: new Map(Object.entries(request.seen)) }),
  } as const;
  const looked = await look(ws, ask);
  if (!looked.ok) return tellFailure(run, looked.failure);
  const { decision } = looked.value;
  if (decision.decision === "held" || decision.decision === "blocked") return tellStopped(run, looked.value);
  const environment = await lockEnvironment(run, looked.value);
  if (environment.kind === "busy") return tellBusyEnvironment(run, environment.who);
  if (environment.kind === "cancelled") return tellFailure(run, cancelledFailure());
  if (environment.waited) {
    environment.release();
    return actOnce(run, round); // what was seen before the wait is old
  }
  try {
    for (const one of decision.extensions) {
      const part = looked.value.extensions.find((observed) => observed.extension.name === one.name);
      if (part === undefined) continue;
      const exit = await act(run, looked.value, part, one, round);
      if (exit !== 0) return exit;
    }
  } finally {
    environment.release();
  }
  await recordFreshAfter(ws, isTyped);
  return 0;
}

function cancelledFailure(): Failure {
  return failure("E209", "cancelled. Your previous build is in place.", "rebuild-if-needed");
}

async function act(
  run: Run,
  looked: Look,
  part: ObservedExtension,
  one: ExtensionDecision,
  round: number,
): Promise<number> {
  switch (one.decision) {
    case "fresh":
      if (run.request.trigger === "typed") run.lines.push(`fresh: ${one.name} is the build of this source`);
      return 0;
    case "restore":
    case "rebuild":
      break;
    case "held":
    case "blocked":
      return 3; // told before
    default:
      return assertNever(one.decision);
  }
  if (run.request.trigger !== "typed" || round > 1) {
    const failed = lastFailure(readHistory(run.ws), one.name, one.fingerprint);
    // Where the tree moved under a build, the event that moved it may be the one that asks now.
    const isMoved = failed?.failure?.code === "E203" && round > 1;
    if (
      failed !== null &&
      !isMoved &&
      (one.decision === "rebuild" || one.survives || failed.action === "undo")
    )
      return 1; // told by the hook
  }
  if (one.survives === true) {
    const kept = await keepSurvivor(run, looked, part, one);
    if (kept !== null) return kept;
    const anew = decideAnew(looked, part);
    if (anew.decision !== "rebuild") return tellFailure(run, stoppedFailure(combine([anew])));
    return carryOut(run, looked, part, anew);
  }
  return carryOut(run, looked, part, one);
}

/** A restore from a slot, or a rebuild: done, recorded and told. */
async function carryOut(
  run: Run,
  looked: Look,
  part: ObservedExtension,
  one: ExtensionDecision,
): Promise<number> {
  const startedMs = Date.now();
  const estimate = one.decision === "rebuild" ? estimateMs(readHistory(run.ws), [one.name]) : undefined;
  run.log.tell({
    event: "extension",
    name: one.name,
    action: one.decision === "restore" ? "restore" : "rebuild",
    ...(one.level === undefined ? {} : { rung: one.level }),
    ...(estimate === undefined ? {} : { estimateMs: estimate }),
    reasons: summarise(one.reasons),
  });
  let { fingerprint } = one;
  const onTry = (tried: string): void => {
    fingerprint = tried;
  };
  const summary: string[] = [];
  const outcome =
    one.decision === "restore"
      ? await doRestore(run, looked, part)
      : await climb(run, looked, part, one, { onTry, startedMs, usualMs: estimate, summary });
  const elapsedMs = Date.now() - startedMs;
  recordAttempt(run, looked, { ...one, fingerprint }, elapsedMs, outcome);
  if (outcome !== null) return tellFailure(run, outcome);
  const verb = one.decision === "restore" ? "restored" : "rebuilt and verified";
  run.lines.push(`${verb}: ${one.name} in ${duration(elapsedMs)}`, ...summary);
  return 0;
}

async function doRestore(run: Run, looked: Look, part: ObservedExtension): Promise<Failure | null> {
  if (part.slot === null) return failure("E207", "the kept build has gone.", "rebuild-if-needed");
  const restored = await restore(looked, part, {
    buildId: run.request.buildId,
    slot: part.slot,
    fingerprint: part.observation.fingerprint,
    isTyped: run.request.trigger === "typed",
    mustLoad: true,
  });
  if (!restored.ok) return restored.failure;
  run.moved.push(...restored.value.moved);
  return null;
}

/** A fresh look after the build, so that the next hook costs nothing. Files of this very moment are too young to trust. */
async function recordFreshAfter(ws: Workspace, isTyped: boolean): Promise<void> {
  await sleep(40);
  const looked = await look(ws, { asker: isTyped ? "person" : "event", only: null, ignoreOperation: true });
  if (looked.ok) await recordFresh(looked.value);
}
