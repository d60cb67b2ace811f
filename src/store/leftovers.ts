/** What killed processes had half written in our own folders: what comes to its end is renamed within moments. */
import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { removeTree } from "./move.ts";

/** Nobody who lives writes for so long, ms. */
const OLD_MS = 3600 * 1000;

/** A state file or a mark with the id of the process that writes it, and a slot that was to be dropped. */
const HALF_WRITTEN =
  /^[\w%.-]+\.(json|toml)\.\d+\.tmp$|^(fresh\.sh|look-due|look-later)\.\d+$|^\.old-[0-9a-f]+-\d+$/;

/** Drops it, once it is old. Never fails. */
export function dropLeftovers(ws: Workspace, nowMs: number): void {
  const quarantine = join(ws.stateDir, "quarantine");
  const kept = namesIn(quarantine).map((build) => join(quarantine, build));
  for (const folder of [ws.stateDir, join(ws.stateDir, "baselines"), ws.slotsDir, ...kept]) {
    for (const name of namesIn(folder).filter((one) => HALF_WRITTEN.test(one)))
      drop(join(folder, name), nowMs);
  }
}

function drop(path: string, nowMs: number): void {
  try {
    if (nowMs - lstatSync(path).mtimeMs > OLD_MS) removeTree(path);
  } catch {
    // gone, or not ours to remove
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
