/** Tells what a detached look found and could tell nobody, for as long as it holds. */
import { findGitAncestor } from "./build/git-ancestor.ts";
import { presentState } from "./event.ts";
import type { Workspace } from "./model.ts";
import { dropUntold, readUntold, type Untold, writeUntold } from "./store/untold.ts";

type Say = (text: string) => void;

/** A typed command that does not show a decision of its own says it first. */
export async function tellUntold(ws: Workspace, say: Say): Promise<void> {
  const untold = await whatHolds(ws);
  if (untold === null) return;
  dropUntold(ws);
  for (const line of untold.lines) say(line);
}

/** A hook that leaves its own look for later says it, once in a git command; without a terminal nothing else would. */
export async function tellInHook(ws: Workspace, say: Say): Promise<void> {
  const untold = await whatHolds(ws);
  const gitPid = findGitAncestor(process.ppid);
  if (untold === null || (gitPid !== null && untold.toldDuring === gitPid)) return;
  writeUntold(ws, { ...untold, toldDuring: gitPid });
  for (const line of untold.lines) say(line);
}

/** Lines that an earlier hook of this git command has told. */
export function toldBefore({ lines, toldDuring }: Untold): readonly string[] {
  return toldDuring !== null && toldDuring === findGitAncestor(process.ppid) ? lines : [];
}

/** What does not hold any more, because something moved or was built, is forgotten. */
async function whatHolds(ws: Workspace): Promise<Untold | null> {
  const untold = readUntold(ws);
  if (untold === null) return null;
  if ((await presentState(ws)) === untold.state) return untold;
  dropUntold(ws);
  return null;
}
