import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { encodePath } from "../git/path-bytes.ts";
import type { Workspace } from "../model.ts";

/** One line of a reflog: a ref went from `old` to `id`. */
export interface ReflogEntry {
  /** Null where the ref did not exist before. */
  readonly old: string | null;
  readonly id: string;
  readonly message: string;
}

/**
 * Reflog of a ref of all work trees, oldest entry first; empty when there is none.
 * Read as a file: one process for each of hundreds of tracking refs would cost seconds.
 */
export function readReflog(ws: Workspace, ref: string): ReflogEntry[] {
  return readLog(join(ws.commonDir, "logs", ref));
}

/** HEAD's reflogs: of the main work tree and of each linked one. */
export function readHeadReflogs(ws: Workspace): ReflogEntry[][] {
  const worktrees = join(ws.commonDir, "worktrees");
  const gitDirs = [ws.commonDir, ...list(worktrees).map((entry) => join(worktrees, entry.name))];
  return gitDirs.map((gitDir) => readLog(join(gitDir, "logs", "HEAD")));
}

/** Reflogs of all refs below a prefix such as `refs/heads`. */
export function readReflogsUnder(ws: Workspace, prefix: string): ReflogEntry[][] {
  const logs: ReflogEntry[][] = [];
  for (const entry of list(join(ws.commonDir, "logs", prefix))) {
    const name = `${prefix}/${entry.name}`;
    if (entry.isDirectory()) logs.push(...readReflogsUnder(ws, name));
    else logs.push(readReflog(ws, name));
  }
  return logs;
}

/** Pure: the lines of a reflog file. A line that is cut short is left out. */
export function parseReflog(text: string): ReflogEntry[] {
  const entries: ReflogEntry[] = [];
  for (const line of text.split("\n")) {
    const match = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) [^\t]*(?:\t(.*))?$/.exec(line);
    if (!match) continue;
    const [, old = "", id = "", message = ""] = match;
    if (!isZero(id)) entries.push({ old: isZero(old) ? null : old, id, message });
  }
  return entries;
}

function isZero(id: string): boolean {
  return /^0+$/.test(id);
}

function readLog(path: string): ReflogEntry[] {
  try {
    return parseReflog(readFileSync(encodePath(path), "utf8"));
  } catch {
    return []; // no reflog: nothing is known to have been made here
  }
}

function list(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
