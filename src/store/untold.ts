/**
 * What a detached look found and could tell nobody, for want of a terminal. The next hook or typed command tells it, if
 * it still holds.
 */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { isText } from "./baseline-shape.ts";
import { readState, writeState } from "./state-file.ts";

export interface Untold {
  readonly lines: readonly string[];
  /** What was found (see `lookState`): the lines hold for as long as a look finds the same. */
  readonly state: string;
  /** The git process whose hook has told them: a later hook of the same command does not tell them again. */
  readonly toldDuring: number | null;
}

export function untoldPath(ws: Workspace): string {
  return join(ws.stateDir, "untold.json");
}

/** Null in nearly all cases, at the cost of one `stat`. What cannot be read is nothing: the next look tells anew. */
export function readUntold(ws: Workspace): Untold | null {
  const path = untoldPath(ws);
  if (!existsSync(path)) return null;
  const read = readState(path);
  if (read.kind !== "value") return null;
  const { lines, state, toldDuring } = read.value;
  if (!Array.isArray(lines) || !lines.every(isText) || !isText(state)) return null;
  return { lines, state, toldDuring: typeof toldDuring === "number" ? toldDuring : null };
}

/** Best effort: without it the next look that can be read tells the same. */
export function writeUntold(ws: Workspace, untold: Untold): void {
  writeState(untoldPath(ws), { version: 1, ...untold });
}

export function dropUntold(ws: Workspace): void {
  try {
    rmSync(untoldPath(ws), { force: true });
  } catch {
    // a git dir that cannot be written
  }
}
