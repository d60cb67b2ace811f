/** Follows a recipe by what it prints, in the builder: tells how far it is, and keeps how long each file took. */
import { readFileSync, rmSync, statSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import type { Level, Workspace } from "../model.ts";
import { readTimings, writeTimings } from "../store/timings.ts";
import { findBuildFolders } from "./answer/build-folders.ts";
import type { RecipeProgress } from "./build-event.ts";
import { cacheLogPath } from "./build-folder.ts";
import type { BuildLog } from "./build-log.ts";
import { type CacheUse, parseStatsLog } from "./output/cache-hits.ts";
import { GrowingFile } from "./output/growing-file.ts";
import { parseNinjaLog } from "./output/ninja-log.ts";
import { SerialClock } from "./output/serial-clock.ts";
import type { RecipeSummary } from "./output/summary.ts";
import { steady, timeLeftMs } from "./output/time-left.ts";
import { Tracker } from "./output/tracker.ts";

export interface MeterRequest {
  readonly ws: Workspace;
  readonly buildId: string;
  readonly extension: string;
  /** Absolute. */
  readonly buildFolders: readonly string[];
  readonly level: Level;
  readonly outputPath: string;
  readonly log: BuildLog;
  /** When the extension's build began, ms since the epoch, and what builds like it took. */
  readonly startedMs: number;
  readonly estimateMs: number | undefined;
}

export interface Meter {
  /** The same log. Its stages tell the meter when the recipe runs. */
  readonly log: BuildLog;
  /** The build has ended. @returns what to say of it; null where no recipe was followed. */
  end(isGood: boolean): RecipeSummary | null;
}

/** Between two looks at the recipe's output, ms. */
const LOOK_MS = 100;
/** Least time between two events, ms; it grows with the build, so that a long one's log stays small. */
const TELL_MS = 300;
/** `.ninja_log` files that are larger are not read, bytes. */
const MOST_BYTES = 16 << 20;

export function createMeter(request: MeterRequest): Meter {
  let run: RecipeRun | null = null;
  const { log } = request;
  return {
    log: {
      ...log,
      stage(name) {
        if (name === "build") {
          run?.stop();
          log.stage(name);
          run = new RecipeRun(request);
        } else {
          run?.stop();
          log.stage(name);
        }
      },
    },
    end(isGood) {
      run?.stop();
      if (run === null || !isGood) return null;
      run.keep();
      return run.summary();
    },
  };
}

/** One run of a recipe, from its first command to the stage after it. */
class RecipeRun {
  private readonly request: MeterRequest;
  private readonly file: GrowingFile;
  private readonly tracker = new Tracker();
  private readonly clock = new SerialClock();
  private readonly startMs = Date.now();
  private readonly past;
  private timer: NodeJS.Timeout | null;
  private endMs = 0;
  private times: ReadonlyMap<string, number> = new Map();
  private told = { text: "", atMs: 0, leftMs: -1 };

  constructor(request: MeterRequest) {
    this.request = request;
    this.past = readTimings(request.ws, request.extension);
    const size = statSync(request.outputPath, { throwIfNoEntry: false })?.size ?? 0;
    this.file = new GrowingFile(request.outputPath, size);
    rmSync(cacheLogPath(request.ws, request.buildId), { force: true });
    const look = (): void => {
      this.read();
      this.tell(false);
      this.timer = setTimeout(look, LOOK_MS).unref();
    };
    this.timer = setTimeout(look, LOOK_MS).unref();
  }

  stop(): void {
    if (this.timer === null) return;
    clearTimeout(this.timer);
    this.timer = null;
    this.read();
    this.tell(true);
    this.endMs = Date.now();
    this.clock.end(this.endMs);
    this.times = this.stepTimes(); // now: a build that failed loses its folders next
  }

  /** For the time left of the next build. */
  keep(): void {
    const { ws, extension, level } = this.request;
    const { compiled, objects } = this.tracker;
    const files = Object.fromEntries([...this.times].filter(([object]) => objects.has(object)));
    const restMs = Date.now() - this.endMs;
    if (level === "clean")
      writeTimings(ws, extension, { files, recipeMs: this.endMs - this.startMs, restMs, compiled });
    else if (this.past !== null)
      writeTimings(ws, extension, { ...this.past, files: { ...this.past.files, ...files } });
  }

  summary(): RecipeSummary {
    const { compiled, warnings, objects } = this.tracker;
    const slowest = [...this.times]
      .flatMap(([object, ms]) => {
        const made = objects.get(object);
        return made?.kind === "compile" ? [[basename(made.file), ms] as const] : [];
      })
      .sort(([, a], [, b]) => b - a)
      .slice(0, 5);
    return { compiled, warnings, recipeMs: this.endMs - this.startMs, slowest, cache: this.cacheUse() };
  }

  private read(): void {
    const nowMs = Date.now();
    for (const line of this.file.read()) {
      const read = this.tracker.add(line);
      if (read.is === "command") this.clock.command(line, nowMs);
      if (read.is === "step") this.clock.step(read.step, nowMs);
    }
  }

  private tell(isLast: boolean): void {
    const nowMs = Date.now();
    const agoMs = nowMs - this.told.atMs;
    if (this.tracker.standing === null) return;
    if (!isLast && agoMs < Math.max(TELL_MS, (nowMs - this.startMs) / 1000)) return;
    const progress = this.progress();
    const text = JSON.stringify(progress);
    if (text === this.told.text) return;
    const leftMs = this.leftMs(nowMs);
    this.told = { text, atMs: nowMs, leftMs: leftMs ?? -1 };
    const left = leftMs === undefined ? {} : { leftMs: Math.round(leftMs) };
    this.request.log.tell({ event: "progress", ...progress, ...left });
  }

  private progress(): RecipeProgress {
    const { standing, warnings } = this.tracker;
    const now = standing ?? { kind: "other", done: 0 };
    const usual = this.request.level === "clean" ? (this.past?.compiled ?? 0) : 0;
    const guess =
      now.total === undefined && now.percent === undefined && now.done > 0 && usual >= now.done
        ? ({ total: usual, isGuess: true } as const)
        : {};
    const file = now.file === undefined ? {} : { file: shortName(this.request.ws.top, now.file) };
    return { ...now, ...file, ...guess, warnings };
  }

  private leftMs(nowMs: number): number | undefined {
    const { startedMs, estimateMs } = this.request;
    const { standing, objects, running } = this.tracker;
    const ended = [...objects.keys()].filter((object) => object !== running);
    const total = standing?.total === undefined ? {} : { total: standing.total };
    const elapsedMs = nowMs - this.startMs;
    const byFiles =
      this.past === null
        ? undefined
        : timeLeftMs(this.past, { told: ended, done: standing?.done ?? 0, ...total, elapsedMs });
    const whole = estimateMs === undefined ? undefined : estimateMs - (nowMs - startedMs);
    const fresh = byFiles ?? whole;
    if (fresh === undefined || fresh <= 0) return undefined;
    const { leftMs, atMs } = this.told;
    return steady(leftMs < 0 ? null : { leftMs, agoMs: nowMs - atMs }, fresh);
  }

  /** As ninja measured them; else as the lines came, where one compiler ran at a time. */
  private stepTimes(): ReadonlyMap<string, number> {
    const { buildFolders } = this.request;
    const found = new Map<string, number>();
    for (const { folder, kind } of findBuildFolders(buildFolders)) {
      if (kind !== "ninja") continue;
      for (const [object, ms] of parseNinjaLog(readBounded(join(folder, ".ninja_log"))))
        if (this.tracker.objects.has(object)) found.set(object, ms);
    }
    return found.size > 0 ? found : this.clock.result();
  }

  private cacheUse(): CacheUse | null {
    return parseStatsLog(readBounded(cacheLogPath(this.request.ws, this.request.buildId)));
  }
}

/** From the top of the work tree; what lies elsewhere (a temporary directory) without its folder. */
function shortName(top: string, file: string): string {
  if (file.startsWith(`${top}/`)) return file.slice(top.length + 1);
  return isAbsolute(file) ? basename(file) : file;
}

/** Empty for what is no file, or a very large one. */
function readBounded(path: string): string {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() === true && stat.size <= MOST_BYTES ? readFileSync(path, "utf8") : "";
  } catch {
    return "";
  }
}
