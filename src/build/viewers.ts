/** Who watches a build: a file for each viewer, so that a build which somebody watches is told to nobody else. */
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { buildFolder } from "./build-folder.ts";
import { isAlive, isOwner, thisProcess } from "./owner.ts";

/** This process watches now. @returns what ends that. */
export function beginWatching(ws: Workspace, buildId: string): () => void {
  const path = join(buildFolder(ws, buildId), `viewer-${process.pid}.json`);
  try {
    writeFileSync(path, JSON.stringify(thisProcess()));
  } catch {
    // a git dir that cannot be written
  }
  return () => rmSync(path, { force: true });
}

/** Whether a viewer lives. */
export function isWatched(ws: Workspace, buildId: string): boolean {
  const folder = buildFolder(ws, buildId);
  try {
    return readdirSync(folder).some((name) => name.startsWith("viewer-") && isOfLiving(join(folder, name)));
  } catch {
    return false;
  }
}

function isOfLiving(path: string): boolean {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isOwner(value) && isAlive(value);
  } catch {
    return false;
  }
}
