import type { ExtensionDecision, Workspace } from "../model.ts";
import { failure, type Failure } from "../report/failure.ts";
import { stoppedFailure } from "../report/stopped.ts";
import { failureText } from "../report/terminal.ts";
import type { Look } from "../run.ts";
import { appendHistory } from "../store/history.ts";
import type { Quarantined } from "../store/quarantine.ts";
import { outputLogPath } from "./build-folder.ts";
import type { BuildLog } from "./build-log.ts";
import type { createCanceller } from "./canceller.ts";
import type { BuildRequest } from "./request.ts";

/** One builder at work: what it was asked, whom it tells, and what it will say in the end. */
export interface Run {
  readonly ws: Workspace;
  readonly request: BuildRequest;
  readonly log: BuildLog;
  readonly canceller: ReturnType<typeof createCanceller>;
  /** What the person reads in the end. */
  readonly lines: string[];
  readonly moved: Quarantined[];
}

/** Adds a failure to what is said in the end. @returns its exit code. */
export function tellFailure(run: Run, reason: Failure): number {
  run.lines.push(failureText(reason));
  return reason.exit;
}

/** E401: another work tree builds into this environment. */
export function tellBusyEnvironment(run: Run, who: string): number {
  return tellFailure(
    run,
    failure("E401", `another build runs into this environment: ${who}.`, "rebuild-if-needed"),
  );
}

/** E301 or E302: held or blocked. */
export function tellStopped(run: Run, looked: Look): number {
  return tellFailure(run, stoppedFailure(looked.decision));
}

/** The attempt's line in the history. @param outcome null: it was good. */
export function recordAttempt(
  run: Run,
  looked: Look,
  one: ExtensionDecision,
  elapsedMs: number,
  outcome: Failure | null,
): void {
  // What stopped before anything was tried (the doctor) is no attempt: an event may try it again.
  if (outcome?.exit === 3) return;
  appendHistory(run.ws, {
    version: 1,
    buildId: run.request.buildId,
    extension: one.name,
    at: new Date().toISOString(),
    trigger: run.request.trigger,
    action: one.decision === "restore" ? "restore" : "rebuild",
    ...(one.level === undefined ? {} : { level: one.level }),
    result: outcome === null ? "good" : outcome.code === "E209" ? "cancelled" : "failed",
    elapsedMs,
    commit: looked.head,
    fingerprint: one.fingerprint,
    reasons: one.reasons.slice(0, 5),
    ...(outcome === null ? {} : { failure: { code: outcome.code, message: outcome.message } }),
    ...(one.decision === "rebuild" ? { log: outputLogPath(run.ws, run.request.buildId) } : {}),
  });
}
