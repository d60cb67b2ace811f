/** Our lines in hook files of the project (husky): in, and out again byte for byte. */
import { rmSync } from "node:fs";
import { blockOf, hasBlock, isEmptyHook, SHARED_BLOCK, withBlock, withoutBlock } from "./block.ts";
import { lstatOrNull, readHook, replaceFile } from "./files.ts";
import type { PutAction, TakeAction } from "./hook-folder.ts";

/** What `putLines` would do, without doing it. */
function planLines(path: string): PutAction {
  const text = readHook(path);
  if (text === null) return "created";
  if (!hasBlock(text)) return "chained";
  return blockOf(text) === SHARED_BLOCK ? "unchanged" : "updated";
}

/** Adds our lines at the end of the file, or makes the file. */
export function putLines(path: string): PutAction {
  const action = planLines(path);
  if (action === "unchanged") return action;
  const text = readHook(path) ?? "#!/bin/sh\n";
  replaceFile(path, withBlock(text, SHARED_BLOCK), modeOf(path));
  return action;
}

/** Takes our lines out; the file goes with them when `isOwnFile` and nothing else is in it. */
export function takeLines(path: string, isOwnFile: boolean): TakeAction {
  const text = readHook(path);
  if (text === null) return "absent";
  if (!hasBlock(text)) return "foreign";
  const rest = withoutBlock(text);
  if (isOwnFile && isEmptyHook(rest)) {
    rmSync(path);
    return "removed";
  }
  replaceFile(path, rest, modeOf(path));
  return "trimmed";
}

function modeOf(path: string): number {
  return (lstatOrNull(path)?.mode ?? 0o755) & 0o7777;
}
