/** What is told of a build that runs: from its log, while it grows. */
import { outputLogPath } from "./build-folder.ts";
import { treeHolderText } from "./holder.ts";
import type { RecipeProgress } from "./build-event.ts";
import { readEvents, type ToldEvent } from "./read-log.ts";
import { readRequest } from "./request.ts";
import type { RunningBuild } from "./running.ts";
import type { Workspace } from "../model.ts";
import { countText, leftText } from "../report/progress-text.ts";
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
  /** How far the recipe is; absent where its output is not understood. */
  readonly progress?: RecipeProgress;
  /** Why nothing happens: another build into the same environment. */
  readonly waiting?: string;
  /** What the recipe has printed. */
  readonly log: string;
}

/** How far a build has come. */
export function progressOf(ws: Workspace, { buildId, owner }: RunningBuild): Progress {
  const all = readEvents(ws, buildId);
  const told = recipeProgress(all.at(-1));
  const events = all.map(({ event }) => event);
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
    ...(told === null ? {} : { progress: told }),
    ...(last?.event === "note" && last.text.startsWith("waiting") ? { waiting: last.text } : {}),
    log: outputLogPath(ws, buildId),
  };
}

function recipeProgress(last: ToldEvent | undefined): RecipeProgress | null {
  if (last?.event.event !== "progress") return null;
  const { kind, done, total, isGuess, percent, file, warnings, leftMs } = last.event;
  const left = leftMs === undefined ? undefined : Math.max(0, leftMs - Math.max(0, Date.now() - last.timeMs));
  return {
    kind,
    done,
    warnings,
    ...(total === undefined ? {} : { total }),
    ...(isGuess === undefined ? {} : { isGuess }),
    ...(percent === undefined ? {} : { percent }),
    ...(file === undefined ? {} : { file }),
    ...(left === undefined || left === 0 ? {} : { leftMs: left }),
  };
}

/** The same for people: what, how long, who, and what to type. */
export function progressText(ws: Workspace, running: RunningBuild): string[] {
  const { elapsedMs, estimateMs, extension, reasons, stage, progress, waiting, log } = progressOf(
    ws,
    running,
  );
  const left = leftText(progress?.leftMs, 0);
  const whole = estimateMs === undefined ? "" : ` of about ${duration(estimateMs)}`;
  const time = `${duration(elapsedMs)}${left === null ? whole : `, ${left}`}`;
  const count = progress === undefined ? "" : countText(progress);
  const where =
    waiting ?? (stage === undefined ? "starting" : `at "${stage}"${count === "" ? "" : ` (${count})`}`);
  return [
    `building: ${extension === undefined ? "" : `${extension}, `}${where}, ${time}`,
    ...reasons.map((reason) => `  ${reason}`),
    `  ${treeHolderText(ws, running)}`,
    `  log: ${log}`,
    "  Watch: rebuild-if-needed wait. Stop: rebuild-if-needed cancel",
  ];
}
