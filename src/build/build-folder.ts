import { join } from "node:path";
import type { Workspace } from "../model.ts";

/** All that is kept of one build: request, log.jsonl, output.log. */
export function buildFolder(ws: Workspace, buildId: string): string {
  return join(ws.stateDir, "builds", buildId);
}

/** JSON lines of what the builder told, one event each. */
export function logPath(ws: Workspace, buildId: string): string {
  return join(buildFolder(ws, buildId), "log.jsonl");
}

/** The recipe's stdout and stderr, as they came. */
export function outputLogPath(ws: Workspace, buildId: string): string {
  return join(buildFolder(ws, buildId), "output.log");
}

/** What ccache notes of each compilation of this build. */
export function cacheLogPath(ws: Workspace, buildId: string): string {
  return join(buildFolder(ws, buildId), "ccache.log");
}
