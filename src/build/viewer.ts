/** Watches a builder from a terminal. It reads files and leaves word that it does: when it dies, the builder goes on. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Workspace } from "../model.ts";
import { EXIT } from "../report/failure.ts";
import { duration } from "../report/terminal.ts";
import { logPath, outputLogPath } from "./build-folder.ts";
import type { BuildEvent, RecipeProgress } from "./build-event.ts";
import { ringBell } from "./bell.ts";
import { GrowingFile } from "./output/growing-file.ts";
import { printable } from "./output/printable.ts";
import { ShownOutput } from "./output/shown-output.ts";
import { isAlive, type Owner } from "./owner.ts";
import { progressLine, type ProgressLine } from "./progress-line.ts";
import { parseEvent, type ToldEvent } from "./read-log.ts";
import { beginWatching } from "./viewers.ts";

export interface ViewRequest {
  readonly ws: Workspace;
  readonly buildId: string;
  readonly owner: Owner;
  /** Lines for the person. */
  readonly write: (text: string) => void;
  /** True: of the recipe's output what is not understood as progress. */
  readonly showOutput: boolean;
  /** Nothing but what is said in the end. */
  readonly onlyResult?: boolean;
  /** For a program: gets each event, and then nothing is written. */
  readonly onEvent?: (told: ToldEvent) => void;
  /** Asked again and again: true ends the watching, not the build. */
  readonly isOver?: () => boolean;
}

export type ViewEnd =
  | { readonly kind: "result"; readonly exit: number }
  /** The builder has gone without a result: it was killed. */
  | { readonly kind: "died" }
  /** Whoever watched has had enough. */
  | { readonly kind: "left" };

const POLL_MS = 40;
/** Of one line of a message, characters. */
const LONGEST = 4000;
/** Of one event's line in the log, characters: its result has the last lines of the recipe. */
const LONGEST_EVENT = 1 << 24;

/** Shows a build until it ends. The end of a long one rings the terminal's bell. */
export async function watch(request: ViewRequest): Promise<ViewEnd> {
  const end = beginWatching(request.ws, request.buildId);
  try {
    return await view(request);
  } finally {
    end();
  }
}

async function view(request: ViewRequest): Promise<ViewEnd> {
  const screen = new Screen(request);
  try {
    for (;;) {
      const isRunning = isAlive(request.owner);
      const result = screen.show();
      if (result !== null) return { kind: "result", exit: result };
      if (!isRunning) return { kind: "died" }; // read once more after its end: nothing was left unread
      if (request.isOver?.() === true) return { kind: "left" };
      await sleep(POLL_MS);
    }
  } finally {
    screen.clear();
  }
}

/** What a viewer has read and shows. */
class Screen {
  private readonly request: ViewRequest;
  private readonly events: GrowingFile;
  private readonly output: GrowingFile;
  private readonly filter = new ShownOutput();
  private readonly line: ProgressLine;
  /** When the build told its first event, ms since the epoch. */
  private beginMs: number | null = null;
  private progress: { readonly event: RecipeProgress; readonly timeMs: number } | null = null;

  constructor(request: ViewRequest) {
    this.request = request;
    this.events = new GrowingFile(logPath(request.ws, request.buildId), 0, LONGEST_EVENT);
    this.output = new GrowingFile(outputLogPath(request.ws, request.buildId));
    this.line = progressLine(request.write);
  }

  /** All that is new. @returns the exit code once the build has told its result. */
  show(): number | null {
    const { onEvent, onlyResult } = this.request;
    for (const line of this.events.read()) {
      const told = parseEvent(line);
      if (told === null) continue;
      const { event, timeMs } = told;
      this.beginMs ??= timeMs;
      onEvent?.(told);
      if (event.event === "result") {
        this.showOutput();
        for (const text of event.lines) this.write(text);
        if (event.exit !== EXIT.cancelled) ringBell(timeMs - this.beginMs);
        return event.exit;
      }
      this.progress = event.event === "progress" ? { event, timeMs } : null;
      if (onlyResult !== true) for (const text of eventLines(event)) this.write(text);
    }
    this.showOutput();
    this.showProgress();
    return null;
  }

  clear(): void {
    this.line.clear();
  }

  private showOutput(): void {
    if (!this.request.showOutput || this.request.onEvent !== undefined) return;
    for (const text of this.filter.add(this.output.read())) this.write(`  | ${text}`);
  }

  private showProgress(): void {
    if (this.progress === null || this.request.onlyResult === true || this.request.onEvent !== undefined)
      return;
    const nowMs = Date.now();
    const { event: progress, timeMs } = this.progress;
    const elapsedMs = nowMs - (this.beginMs ?? nowMs);
    this.line.show({ progress, elapsedMs, ageMs: Math.max(0, nowMs - timeMs) });
  }

  /** Lines hold what compilers and the tree's authors wrote: none of it may drive the terminal. */
  private write(text: string): void {
    if (this.request.onEvent !== undefined) return;
    this.line.clear();
    const safe = text.split("\n").map((line) => printable(line, LONGEST));
    this.request.write(safe.join("\n"));
  }
}

function eventLines(event: Exclude<BuildEvent, { event: "result" }>): string[] {
  switch (event.event) {
    case "extension": {
      const estimate = event.estimateMs === undefined ? "" : `, about ${duration(event.estimateMs)}`;
      const level = event.rung === undefined ? "" : ` (${event.rung}${estimate})`;
      return [`${event.action}${level}: ${event.name}`, ...event.reasons.map((reason) => `  ${reason}`)];
    }
    case "stage":
      return [`- ${event.stage}`];
    case "note":
      return [`  ${event.text}`];
    case "progress":
      return [];
  }
}
