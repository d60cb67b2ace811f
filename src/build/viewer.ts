/** Watches a builder from a terminal. It reads files and leaves word that it does: when it dies, the builder goes on. */
import { closeSync, openSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Workspace } from "../model.ts";
import { EXIT } from "../report/failure.ts";
import { duration } from "../report/terminal.ts";
import { logPath, outputLogPath } from "./build-folder.ts";
import type { BuildEvent } from "./build-event.ts";
import { ringBell } from "./bell.ts";
import { isAlive, type Owner } from "./owner.ts";
import { parseEvent } from "./read-log.ts";
import { beginWatching } from "./viewers.ts";

export interface ViewRequest {
  readonly ws: Workspace;
  readonly buildId: string;
  readonly owner: Owner;
  /** Lines for the person. */
  readonly write: (text: string) => void;
  /** True: the recipe's output as well. */
  readonly showOutput: boolean;
  /** Nothing but what is said in the end. */
  readonly onlyResult?: boolean;
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
  const events = new LineReader(logPath(request.ws, request.buildId));
  const output = new LineReader(outputLogPath(request.ws, request.buildId));
  const seen: Seen = { beginMs: null };
  for (;;) {
    const isRunning = isAlive(request.owner);
    const result = show(request, events, output, seen);
    if (result !== null) return { kind: "result", exit: result };
    if (!isRunning) return { kind: "died" }; // read once more after its end: nothing was left unread
    if (request.isOver?.() === true) return { kind: "left" };
    await sleep(POLL_MS);
  }
}

interface Seen {
  /** When the build told its first event, ms since the epoch. */
  beginMs: number | null;
}

function show(request: ViewRequest, events: LineReader, output: LineReader, seen: Seen): number | null {
  for (const line of events.read()) {
    const told = parseEvent(line);
    if (told === null) continue;
    const { event, timeMs } = told;
    seen.beginMs ??= timeMs;
    if (event.event === "result") {
      if (request.showOutput) for (const text of output.read()) request.write(`  | ${text}`);
      for (const text of event.lines) request.write(text);
      if (event.exit !== EXIT.cancelled) ringBell(timeMs - seen.beginMs);
      return event.exit;
    }
    if (request.onlyResult !== true) for (const text of eventLines(event)) request.write(text);
  }
  if (request.showOutput) for (const text of output.read()) request.write(`  | ${text}`);
  return null;
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
  }
}

/** Whole new lines of a growing file, each time it is asked. */
class LineReader {
  private readonly path: string;
  private offset = 0;
  private rest = "";

  constructor(path: string) {
    this.path = path;
  }

  read(): string[] {
    let text = this.rest;
    try {
      const file = openSync(this.path, "r");
      const chunk = Buffer.alloc(1 << 16);
      for (;;) {
        const count = readSync(file, chunk, 0, chunk.length, this.offset);
        if (count === 0) break;
        this.offset += count;
        text += chunk.toString("utf8", 0, count);
      }
      closeSync(file);
    } catch {
      // not there yet
    }
    const lines = text.split("\n");
    this.rest = lines.pop() ?? "";
    return lines;
  }
}
