/** What a build has told so far, read from its log. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { isBuildEvent, type BuildEvent } from "./build-event.ts";
import { logPath } from "./build-folder.ts";

/** One event and when it was told, ms since the epoch. */
export interface ToldEvent {
  readonly timeMs: number;
  readonly event: BuildEvent;
}

/** Oldest first; empty when nothing was told yet. */
export function readEvents(ws: Workspace, buildId: string): ToldEvent[] {
  let text: string;
  try {
    text = readFileSync(logPath(ws, buildId), "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    const event = parseEvent(line);
    return event === null ? [] : [event];
  });
}

/** One line of a log; null for what is none of ours. */
export function parseEvent(line: string): ToldEvent | null {
  try {
    const value: unknown = JSON.parse(line);
    if (!isBuildEvent(value)) return null;
    const time: unknown = Reflect.get(value, "time"); // pino's own key
    return { event: value, timeMs: typeof time === "number" ? time : 0 };
  } catch {
    return null;
  }
}

/** The builds whose logs are kept, newest first. */
export function keptBuilds(ws: Workspace): string[] {
  try {
    return readdirSync(join(ws.stateDir, "builds")).sort().reverse();
  } catch {
    return [];
  }
}
