/** Who holds a lock, for whoever has to wait. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { duration } from "../report/terminal.ts";
import { isObject, isText } from "../store/baseline-shape.ts";
import { isHere, type Owner } from "./owner.ts";
import { readRequest } from "./request.ts";
import type { RunningBuild } from "./running.ts";

interface Held {
  readonly owner: Owner;
  readonly label: string;
}

/** `process 4711, started by post-merge in /path/to/clone at 14:02, 3 min ago`; a person's command is named as it is typed. */
export function treeHolderText(ws: Workspace, { owner, buildId }: RunningBuild): string {
  return holderText(owner, readRequest(ws, buildId)?.trigger ?? buildId, ws.top);
}

/** What an event says that leaves its look to the build that runs. */
export function leftToBuilder(ws: Workspace, running: RunningBuild): string {
  return `rebuild-if-needed: a build runs (${treeHolderText(ws, running)}); it looks once more when it ends`;
}

/** The same for the lock of an environment, whose holder may be of another clone. */
export function environmentHolderText(folder: string, { owner, label }: Held): string {
  const { trigger, top } = readNote(folder, label) ?? { trigger: label, top: null };
  return holderText(owner, trigger, top);
}

/** Notes beside an environment's lock who holds it. Best effort: a full disk keeps nobody from building. */
export function noteHolder(folder: string, buildId: string, trigger: string, top: string): () => void {
  const path = notePath(folder, buildId);
  try {
    writeFileSync(path, JSON.stringify({ version: 1, trigger, top }));
  } catch {
    // then others read the process only
  }
  return () => rmSync(path, { force: true });
}

function holderText(owner: Owner, trigger: string, top: string | null): string {
  const command = trigger === "typed" ? "rebuild-if-needed" : trigger;
  const elsewhere = isHere(owner) ? "" : " of another machine or container";
  const place = top === null ? "" : ` in ${top}`;
  const ago = duration(Math.max(0, Date.now() - owner.sinceMs));
  return `process ${owner.pid}${elsewhere}, started by ${command}${place} at ${clock(owner.sinceMs)}, ${ago} ago`;
}

/** Local time as on a clock, and the day where that is another one. */
function clock(ms: number): string {
  const then = new Date(ms);
  const time = then.toTimeString().slice(0, 5);
  if (then.toDateString() === new Date().toDateString()) return time;
  const [year, month, day] = [then.getFullYear(), then.getMonth() + 1, then.getDate()];
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")} ${time}`;
}

function readNote(folder: string, buildId: string): { trigger: string; top: string } | null {
  try {
    const value: unknown = JSON.parse(readFileSync(notePath(folder, buildId), "utf8"));
    if (!isObject(value) || !isText(value["trigger"]) || !isText(value["top"])) return null;
    return { trigger: value["trigger"], top: value["top"] };
  } catch {
    return null;
  }
}

function notePath(folder: string, buildId: string): string {
  return join(folder, `who-${buildId}.json`);
}
