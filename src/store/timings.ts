/** How long each file of an extension took in its last good build: what a time left is told by. */
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { isObject } from "./baseline-shape.ts";
import { readState, writeDurably } from "./state-file.ts";

/** Of one extension, all in ms. */
export interface Timings {
  /** Object, as the build system names it -> its step. */
  readonly files: Readonly<Record<string, number>>;
  readonly recipeMs: number;
  /** Verifying and observing again. */
  readonly restMs: number;
  /** How many files were compiled. */
  readonly compiled: number;
}

const MOST_FILES = 5000;
const MOST_EXTENSIONS = 20;
const LONGEST_NAME = 300;

/** Null when nothing is known: it only ever makes a guess better. */
export function readTimings(ws: Workspace, extension: string): Timings | null {
  const value = readAll(ws)?.[extension];
  return isTimings(value) ? value : null;
}

/** Best effort, bounded: the slowest files are kept, and the extensions that were built last. */
export function writeTimings(ws: Workspace, extension: string, timings: Timings): void {
  const before = readAll(ws);
  if (before === null) return;
  const files = Object.entries(timings.files)
    .filter(([name]) => name.length <= LONGEST_NAME && name !== "__proto__")
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_FILES);
  const others = Object.entries(before).filter(([name]) => name !== extension);
  const kept = others.slice(-(MOST_EXTENSIONS - 1));
  const extensions = Object.fromEntries([
    ...kept,
    [extension, { ...timings, files: Object.fromEntries(files) }],
  ]);
  try {
    writeDurably(timingsPath(ws), JSON.stringify({ version: 1, extensions }));
  } catch {
    // the next build has no time left to tell
  }
}

/** Null: a newer release's, which is left as it is. */
function readAll(ws: Workspace): Readonly<Record<string, unknown>> | null {
  const read = readState(timingsPath(ws));
  if (read.kind === "newer") return null;
  const value = read.kind === "value" ? read.value["extensions"] : {};
  return isObject(value) ? value : {};
}

function timingsPath(ws: Workspace): string {
  return join(ws.stateDir, "timings.json");
}

function isTimings(value: unknown): value is Timings {
  return (
    isObject(value) &&
    isTime(value["recipeMs"]) &&
    isTime(value["restMs"]) &&
    isTime(value["compiled"]) &&
    isObject(value["files"]) &&
    Object.values(value["files"]).every(isTime)
  );
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
