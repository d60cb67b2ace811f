/** Watches a builder from a terminal. It only reads files: when it dies, the builder goes on. */
import { closeSync, openSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Workspace } from "../model.ts";
import { duration } from "../report/terminal.ts";
import { logPath, outputLogPath } from "./build-folder.ts";
import { isBuildEvent, type BuildEvent } from "./build-log.ts";
import { startTime } from "./owner.ts";

export interface ViewRequest {
  readonly ws: Workspace;
  readonly buildId: string;
  readonly pid: number;
  /** Lines for the person. */
  readonly write: (text: string) => void;
  /** True: the recipe's output as well. */
  readonly showOutput: boolean;
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

/** Shows a build until it ends. */
export async function watch(request: ViewRequest): Promise<ViewEnd> {
  const events = new LineReader(logPath(request.ws, request.buildId));
  const output = new LineReader(outputLogPath(request.ws, request.buildId));
  const birth = startTime(request.pid);
  for (;;) {
    const isAlive = birth !== null && startTime(request.pid) === birth;
    const result = show(request, events, output);
    if (result !== null) return { kind: "result", exit: result };
    if (!isAlive) return { kind: "died" }; // read once more after its end: nothing was left unread
    if (request.isOver?.() === true) return { kind: "left" };
    await sleep(POLL_MS);
  }
}

function show(request: ViewRequest, events: LineReader, output: LineReader): number | null {
  for (const line of events.read()) {
    const event = parseEvent(line);
    if (event === null) continue;
    if (event.event === "result") {
      if (request.showOutput) for (const text of output.read()) request.write(`  | ${text}`);
      for (const text of event.lines) request.write(text);
      return event.exit;
    }
    for (const text of eventLines(event)) request.write(text);
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

function parseEvent(line: string): BuildEvent | null {
  try {
    const value: unknown = JSON.parse(line);
    return isBuildEvent(value) ? value : null;
  } catch {
    return null;
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
