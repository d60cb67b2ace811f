/** A rebuild by rungs: the decided level first, and higher where its result is not good. */
import type { ExtensionDecision } from "../model.ts";
import type { ObservedExtension } from "../observe.ts";
import type { Failure } from "../report/failure.ts";
import type { Look } from "../run.ts";
import { pruneQuarantine } from "../store/quarantine.ts";
import { pruneSlots, slotKey } from "../store/slots.ts";
import { outputLogPath } from "./build-folder.ts";
import type { Run } from "./builder-run.ts";
import { rungsFrom } from "./levels.ts";
import { createMeter } from "./meter.ts";
import { buildFolders } from "./object-folder.ts";
import { summaryLines } from "./output/summary.ts";
import { rebuild } from "./rebuild.ts";
import { changedTracked, trackedState } from "./tracked-changes.ts";

/** What a rebuild tells, and is told, on its way. */
export interface Course {
  readonly onTry: (fingerprint: string) => void;
  readonly startedMs: number;
  /** What earlier builds took; undefined before the first one. */
  readonly usualMs: number | undefined;
  /** Gets what is said of a good build, below its line. */
  readonly summary: string[];
}

/** Climbs from the decided level; up a rung when a build at one fails, but never after a cancel. */
export async function climb(
  run: Run,
  looked: Look,
  part: ObservedExtension,
  one: ExtensionDecision,
  { onTry, startedMs, usualMs, summary }: Course,
): Promise<Failure | null> {
  const before = await trackedState(run.ws, looked.tree);
  if (looked.config.healMtimes && one.level !== "clean") await (await import("./heal.ts")).healTimes(looked);
  let last: Failure | null = null;
  for (const level of rungsFrom(one.level ?? "clean")) {
    const { buildId } = run.request;
    const outputPath = outputLogPath(run.ws, buildId);
    const meter = createMeter({
      ws: run.ws,
      buildId,
      extension: one.name,
      buildFolders: buildFolders(run.ws, part.extension),
      level,
      outputPath,
      log: run.log,
      startedMs,
      estimateMs: usualMs,
    });
    const built = await rebuild(looked, part, {
      buildId,
      level,
      isTyped: run.request.trigger === "typed",
      fromNothing: run.request.force,
      canceller: run.canceller,
      log: meter.log,
      outputPath,
      onTry,
    });
    const made = meter.end(built.ok);
    if (made !== null) summary.push(...summaryLines(made, outputPath));
    last = built.ok ? null : built.failure;
    if (built.ok) {
      run.moved.push(...built.value.moved);
      run.lines.push(...built.value.warnings.map((warning) => `warning: ${warning}`));
      pruneSlots(run.ws, new Set([slotKey(built.value.baseline)]));
      pruneQuarantine(run.ws, Date.now(), (file) =>
        run.lines.push(`dropped from quarantine: ${file.keptAt} (was ${file.path})`),
      );
    }
    if (built.ok || run.canceller.asked || last?.exit !== 1 || level === "clean") break;
    run.log.note(`the ${level} build was not good (${last.code}): going up a rung`);
  }
  const changed = await changedTracked(run.ws, before);
  if (changed.length > 0)
    run.lines.push(`the recipe changed tracked files: ${changed.join(", ")} (left as they are)`);
  return last;
}
