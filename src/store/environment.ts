import { join } from "node:path";
import type { EnvironmentOfRecord, Workspace } from "../model.ts";
import { ok, type Result } from "../report/failure.ts";
import { isEnvironment } from "./baseline-shape.ts";
import { newerState, readState, writeState } from "./state-file.ts";

export function environmentPath(ws: Workspace): string {
  return join(ws.stateDir, "environment.json");
}

/** The environment of record, or null when none was recorded or it cannot be read (then nothing is known). */
export function readEnvironment(ws: Workspace): Result<EnvironmentOfRecord | null> {
  const state = readState(environmentPath(ws));
  if (state.kind === "newer") return newerState(environmentPath(ws));
  const value: unknown = state.kind === "value" ? state.value : null;
  return ok(isEnvironment(value) ? value : null);
}

export function writeEnvironment(ws: Workspace, environment: EnvironmentOfRecord): Result<void> {
  return writeState(environmentPath(ws), environment);
}
