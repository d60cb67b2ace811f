import { existsSync } from "node:fs";
import { relative } from "node:path";
import type { Config, EnvironmentOfRecord, RepoPath, Workspace } from "../model.ts";
import { type Result, ok } from "../report/failure.ts";
import {
  type BuildEnvironment,
  captureEnvironment,
  recordedEnvironment,
  typedEnvironment,
} from "./environment.ts";
import { findInterpreter } from "./interpreter.ts";
import { realOf, untrackedOnly } from "./search-path.ts";

/** Who asks: an event uses the environment of record; a person's shell may change it. */
export type Asker = "event" | "person";

/** An event without a record has no environment of its own; what it then decides is "no baseline" in any case. */
export async function chooseEnvironment(
  ws: Workspace,
  config: Config,
  record: EnvironmentOfRecord | null,
  asker: Asker,
  isTracked: (path: RepoPath) => boolean,
): Promise<Result<BuildEnvironment>> {
  const names = [...new Set(config.extensions.flatMap((extension) => extension.environment))];
  const known = await interpreterOfRecord(ws, config, record, names, isTracked);
  if (!known.ok) return known;
  return ok(
    asker === "event"
      ? recordedEnvironment(known.value, names)
      : typedEnvironment(known.value, process.env, names, ws.top),
  );
}

/** The record, with the interpreter found anew where there is no record or the configuration names another one. */
async function interpreterOfRecord(
  ws: Workspace,
  config: Config,
  record: EnvironmentOfRecord | null,
  names: readonly string[],
  isTracked: (path: RepoPath) => boolean,
): Promise<Result<EnvironmentOfRecord>> {
  const mayRun = untrackedOnly(ws.top, (path) => isTracked(relative(ws.top, path)));
  const wanted =
    config.interpreter === null && record !== null
      ? null
      : findInterpreter(ws.top, config.interpreter, process.env, mayRun);
  if (wanted !== null && !wanted.ok) return wanted;
  if (record !== null && (wanted === null || wanted.value === record.interpreter?.path)) {
    if (record.interpreter === null || isIntact(record)) return ok(record);
  }
  const interpreter = wanted === null ? (record?.interpreter?.path ?? null) : wanted.value;
  if (interpreter !== null && !existsSync(interpreter) && record !== null) return ok(record); // told as an obstacle
  const captured = await captureEnvironment({
    top: ws.top,
    interpreter,
    names,
    environment: process.env,
    at: new Date().toISOString(),
  });
  if (!captured.ok || record === null) return captured;
  return ok({ ...record, interpreter: captured.value.interpreter });
}

/** False when a file that identifies the interpreter has gone, or its path leads to another: it must be asked again what it is. */
function isIntact({ interpreter }: EnvironmentOfRecord): boolean {
  if (interpreter === null) return true;
  const [real] = interpreter.identityFiles;
  return realOf(interpreter.path) === real && interpreter.identityFiles.every((file) => existsSync(file));
}
