import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Level, Reason, Workspace } from "../model.ts";
import { isObject, isText } from "./baseline-shape.ts";

/** One finished attempt, as `history` shows it. */
export interface HistoryEntry {
  readonly version: 1;
  readonly buildId: string;
  readonly extension: string;
  readonly at: string;
  /** `typed` or the name of the hook. */
  readonly trigger: string;
  readonly action: "rebuild" | "restore" | "undo";
  readonly level?: Level;
  readonly result: "good" | "failed" | "cancelled";
  readonly elapsedMs: number;
  readonly commit: string | null;
  readonly fingerprint: string;
  readonly reasons: readonly Reason[];
  readonly failure?: { readonly code: string; readonly message: string };
  readonly log?: string;
}

const MAX_BYTES = 1 << 20;

/** Appends; best effort, because a full disk must not turn a good build into a failed one. */
export function appendHistory(ws: Workspace, entry: HistoryEntry): void {
  const path = historyPath(ws);
  try {
    mkdirSync(ws.stateDir, { recursive: true });
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_BYTES) halve(path);
    appendFileSync(path, `${JSON.stringify(entry)}\n`);
  } catch {
    // told by nobody: the result itself is on the terminal
  }
}

/** Oldest first. Lines that cannot be read are left out. */
export function readHistory(ws: Workspace): HistoryEntry[] {
  let text: string;
  try {
    text = readFileSync(historyPath(ws), "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return isEntry(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

/** Median time in ms of the last five good rebuilds of these extensions; undefined without one. */
export function estimateMs(
  history: readonly HistoryEntry[],
  extensions: readonly string[],
): number | undefined {
  let total: number | undefined;
  for (const extension of extensions) {
    const times = history
      .filter(
        (entry) => entry.extension === extension && entry.action === "rebuild" && entry.result === "good",
      )
      .slice(-5)
      .map((entry) => entry.elapsedMs)
      .sort((a, b) => a - b);
    const median = times[Math.floor(times.length / 2)];
    if (median === undefined) return undefined;
    total = (total ?? 0) + median;
  }
  return total;
}

/**
 * The last attempt at this very fingerprint if it did not end well: an event does not try it again.
 * An undone build counts: the person said that they do not want it.
 */
export function lastFailure(
  history: readonly HistoryEntry[],
  extension: string,
  fingerprint: string,
): HistoryEntry | null {
  const last = history.findLast(
    (entry) => entry.extension === extension && entry.fingerprint === fingerprint,
  );
  if (last === undefined) return null;
  return last.result !== "good" || last.action === "undo" ? last : null;
}

function historyPath(ws: Workspace): string {
  return join(ws.stateDir, "history.jsonl");
}

function halve(path: string): void {
  const lines = readFileSync(path, "utf8").split("\n");
  writeFileSync(`${path}.tmp`, lines.slice(Math.floor(lines.length / 2)).join("\n"));
  renameSync(`${path}.tmp`, path);
}

function isEntry(value: unknown): value is HistoryEntry {
  return (
    isObject(value) &&
    value["version"] === 1 &&
    ["buildId", "extension", "at", "trigger", "action", "result", "fingerprint"].every((key) =>
      isText(value[key]),
    ) &&
    typeof value["elapsedMs"] === "number" &&
    (value["commit"] === null || isText(value["commit"])) &&
    Array.isArray(value["reasons"]) &&
    value["reasons"].every((one) => isObject(one) && isText(one["kind"]) && isText(one["text"])) &&
    (value["failure"] === undefined || isFailure(value["failure"]))
  );
}

function isFailure(value: unknown): boolean {
  return isObject(value) && isText(value["code"]) && isText(value["message"]);
}
