/** What is told of a build that runs: from its log, while it grows. */
import { outputLogPath } from "./build-folder.ts";
import { treeHolderText } from "./holder.ts";
import { readEvents } from "./read-log.ts";
import { readRequest } from "./request.ts";
import type { RunningBuild } from "./running.ts";
import type { Workspace } from "../model.ts";
import { duration } from "../report/terminal.ts";

/** A running build, for programs. */
export interface Progress {
  readonly buildId: string;
  readonly pid: number;
  /** `typed` or the name of the hook. */
  readonly trigger: string;
  readonly since: string;
  readonly elapsedMs: number;
  readonly estimateMs?: number;
  /** The extension that is worked on; absent before the first one. */
  readonly extension?: string;
  /** Why it is worked on, as the builder found it: by now the outputs are in motion. */
  readonly reasons: readonly string[];
  /** `doctor`, `put aside`, `build`, `verify`, `observe again`, `roll back`; absent before the first one. */
  readonly stage?: string;
  /** Why nothing happens: another build into the same environment. */
  readonly waiting?: string;
  /** What the recipe has printed. */
  readonly log: string;
}

/** How far a build has come. */
export function progressOf(ws: Workspace, { buildId, owner }: RunningBuild): Progress {
  const events = readEvents(ws, buildId).map(({ event }) => event);
  const at = events.findLastIndex((event) => event.event === "extension");
  const one = events[at];
  const stage = events.slice(Math.max(0, at)).findLast((event) => event.event === "stage");
  const last = events.at(-1);
  return {
    buildId,
    pid: owner.pid,
    trigger: readRequest(ws, buildId)?.trigger ?? "unknown",
    since: new Date(owner.sinceMs).toISOString(),
    elapsedMs: Math.max(0, Date.now() - owner.sinceMs),
    ...(one?.event === "extension" ? { extension: one.name } : {}),
    reasons: one?.event === "extension" ? one.reasons : [],
    ...(one?.event === "extension" && one.estimateMs !== undefined ? { estimateMs: one.estimateMs } : {}),
    ...(stage?.event === "stage" ? { stage: stage.stage } : {}),
    ...(last?.event === "note" && last.text.startsWith("waiting") ? { waiting: last.text } : {}),
    log: outputLogPath(ws, buildId),
  };
}

/** The same for people: what, how long, who, and what to type. */
export function progressText(ws: Workspace, running: RunningBuild): string[] {
  const { elapsedMs, estimateMs, extension, reasons, stage, waiting, log } = progressOf(ws, running);
  const time = `${duration(elapsedMs)}${estimateMs === undefined ? "" : ` of about ${duration(estimateMs)}`}`;
  const where = waiting ?? (stage === undefined ? "starting" : `at "${stage}"`);
  return [
    `building: ${extension === undefined ? "" : `${extension}, `}${where}, ${time}`,
    ...reasons.map((reason) => `  ${reason}`),
    `  ${treeHolderText(ws, running)}`,
    `  log: ${log}`,
    "  Watch: rebuild-if-needed wait. Stop: rebuild-if-needed cancel",
  ];
}
