import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { gitText } from "./git.ts";
import { readPlainHead } from "./plain-head.ts";

/** HEAD's commit id, or null when there is no commit yet. */
export async function headCommit(ws: Workspace): Promise<string | null> {
  return readPlainHead(ws) ?? gitText(ws.top, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
}

/** True when HEAD names a commit that is not in this repository: not a new repository, but a damaged one. */
export async function isHeadLost(ws: Workspace): Promise<boolean> {
  return (await gitText(ws.top, ["rev-parse", "--verify", "--quiet", "HEAD"])) !== null;
}

/** Commit id of a revision that a person typed, or null. A leading dash is not an option here. */
export function resolveCommit(ws: Workspace, revision: string): Promise<string | null> {
  return gitText(ws.top, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`]);
}

/**
 * The commit that HEAD named at a moment, by its reflog.
 * @param atMs milliseconds since the epoch.
 * @returns null when the reflog does not reach that far back (a clone made later, an expired log).
 */
export async function headAt(ws: Workspace, atMs: number): Promise<string | null> {
  const log = await gitText(ws.top, ["log", "-g", "--format=%H %gd", "--date=unix", "HEAD", "--"]);
  for (const line of (log ?? "").split("\n")) {
    const entry = /^([0-9a-f]+) .*@\{(\d+)\}$/.exec(line);
    // The log has whole seconds: an entry of the same second may be younger than the output.
    if (entry && Number(entry[2]) * 1000 + 999 < atMs) return entry[1] ?? null;
  }
  return null;
}

/** Time of HEAD's last reflog entry, and when that line was written; null without a reflog. Both in ms. */
export function lastReflogMs(ws: Workspace): { entryMs: number; fileMs: number } | null {
  const path = join(ws.gitDir, "logs", "HEAD");
  try {
    const last = readFileSync(path, "latin1").trimEnd().split("\n").at(-1) ?? "";
    const seconds = /> (\d+) [+-]\d{4}(\t|$)/.exec(last)?.[1];
    return seconds === undefined ? null : { entryMs: Number(seconds) * 1000, fileMs: statSync(path).mtimeMs };
  } catch {
    return null;
  }
}
