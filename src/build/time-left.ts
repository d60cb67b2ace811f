import { readFileSync } from "node:fs";
import type { Workspace } from "../model.ts";
import { isObject } from "../store/baseline-shape.ts";
import { logPath } from "./build-folder.ts";
import { isBuildEvent } from "./build-log.ts";

/**
 * How long the running build will still take, ms, going by earlier builds; undefined when none is known or when it has
 * taken longer than they did. Of several extensions only the present one is known.
 */
export function timeLeftMs(ws: Workspace, buildId: string, nowMs: number): number | undefined {
  let endMs: number | undefined;
  for (const line of readLines(logPath(ws, buildId))) {
    const value = parseLine(line);
    if (!isBuildEvent(value) || value.event !== "extension") continue;
    const time =
      isObject(value) && "time" in value && typeof value.time === "number" ? value.time : undefined;
    const known = time !== undefined && value.estimateMs !== undefined;
    endMs = known ? time + value.estimateMs : undefined;
  }
  return endMs === undefined || endMs <= nowMs ? undefined : endMs - nowMs;
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return []; // not there yet
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
