import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";

/** Enough of a state file to hold its version, which is always written first. */
const HEAD_BYTES = 256;

/** A state file of this clone that a newer release wrote, or null. Nothing may be done beside it: it would be lost. */
export function findNewerState(ws: Workspace): string | null {
  const common = join(ws.commonDir, "rebuild-if-needed");
  const names = ["environment.json", "journal.json", "trust.json", "hooks.json"];
  const baselines = join(ws.stateDir, "baselines");
  const slots = namesIn(ws.slotsDir).map((key) => join(ws.slotsDir, key, "slot.json"));
  const files = [
    ...names.flatMap((name) => [join(ws.stateDir, name), join(common, name)]),
    ...namesIn(baselines).map((name) => join(baselines, name)),
    ...slots,
  ];
  return [...new Set(files)].find((file) => versionOf(file) > 1) ?? null;
}

function versionOf(file: string): number {
  try {
    const handle = openSync(file, "r");
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      const length = readSync(handle, head, 0, HEAD_BYTES, 0);
      return Number(/^\s*\{\s*"version"\s*:\s*(\d+)/.exec(head.toString("latin1", 0, length))?.[1] ?? 0);
    } finally {
      closeSync(handle);
    }
  } catch {
    return 0;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith("."));
  } catch {
    return [];
  }
}
