import type { Workspace } from "../model.ts";
import { failure, type Failure } from "../report/failure.ts";
import { stoppedFailure } from "../report/stopped.ts";
import { failureText } from "../report/terminal.ts";
import type { Look } from "../run.ts";
import type { Quarantined } from "../store/quarantine.ts";
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

/** E401: somebody else builds. */
export function tellBusy(run: Run, label: string, pid: number): number {
  const message = `another build runs (${label}, process ${pid}).`;
  return tellFailure(run, failure("E401", message, "rebuild-if-needed wait"));
}

/** E301 or E302: held or blocked. */
export function tellStopped(run: Run, looked: Look): number {
  return tellFailure(run, stoppedFailure(looked.decision));
}
