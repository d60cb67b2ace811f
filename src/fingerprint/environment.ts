/** The environment that events build in, and what a person's shell may change of it. */
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { withoutGitVariables } from "../git/git.ts";
import type { EnvironmentOfRecord, Interpreter } from "../model.ts";
import { ok, type Result } from "../report/failure.ts";
import { probeInterpreter } from "./interpreter.ts";
import { searchPath, splitPath } from "./search-path.ts";

/** What tools are searched in and what a recipe runs in. */
export interface BuildEnvironment {
  readonly interpreter: Interpreter | null;
  /** PATH entries that passed `searchPath`. */
  readonly path: readonly string[];
  /** Allow-listed names; one without a value below is removed from a child's environment. */
  readonly names: readonly string[];
  /** Allow-listed variables that are set. Empty counts as unset. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Records the present environment, as `init` does. Fails with E302 when the interpreter does not answer. */
export async function captureEnvironment(request: {
  readonly top: string;
  readonly interpreter: string | null;
  readonly names: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly at: string;
}): Promise<Result<EnvironmentOfRecord>> {
  const { top, environment } = request;
  const probed =
    request.interpreter === null
      ? ok(null)
      : await probeInterpreter(request.interpreter, { cwd: top, environment });
  if (!probed.ok) return probed;
  const interpreter = probed.value;
  const path = ownFolderFirst(
    searchPath(splitPath(environment["PATH"]), top, ownFolder(interpreter)),
    interpreter,
  );
  const variables = pickSet(environment, request.names);
  return ok({ version: 1, interpreter, path, variables, recordedAt: request.at });
}

/** What events decide and build with: the record and nothing of the shell or GUI that started git. */
export function recordedEnvironment(record: EnvironmentOfRecord, names: readonly string[]): BuildEnvironment {
  const { interpreter } = record;
  return { interpreter, path: record.path, names, variables: pickSet(record.variables, names) };
}

/**
 * What a command sees that a person typed: a variable that is set replaces the recorded one (an empty one drops it),
 * an unset one does not; tools are searched on the present PATH first and then on the recorded one.
 */
export function typedEnvironment(
  record: EnvironmentOfRecord | null,
  environment: NodeJS.ProcessEnv,
  names: readonly string[],
  top: string,
): BuildEnvironment {
  const interpreter = record?.interpreter ?? null;
  const entries = [...splitPath(environment["PATH"]), ...(record?.path ?? [])];
  const set = names.filter((name) => environment[name] !== undefined);
  const kept = names.filter((name) => environment[name] === undefined);
  return {
    interpreter,
    path: ownFolderFirst(searchPath(entries, top, ownFolder(interpreter)), interpreter),
    names,
    variables: { ...pickSet(record?.variables ?? {}, kept), ...pickSet(environment, set) },
  };
}

/** The record after a good build or restore that a person started. Folders that have gone are forgotten. */
export function recordOf(environment: BuildEnvironment, at: string): EnvironmentOfRecord {
  const { interpreter, variables } = environment;
  return { version: 1, interpreter, path: environment.path.filter(existsSync), variables, recordedAt: at };
}

/**
 * Process environment for recipes and probes: `base` without git's variables and other Pythons, with the
 * allow-listed variables exactly as in `environment`.
 */
export function childEnvironment(environment: BuildEnvironment, base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const child = withoutGitVariables(base);
  const foreign = ["PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX", "__PYVENV_LAUNCHER__"];
  for (const name of [...environment.names, ...foreign]) delete child[name];
  Object.assign(child, environment.variables, { PATH: environment.path.join(delimiter) });
  const prefix = environment.interpreter?.prefix;
  if (prefix !== undefined && isVenv(environment.interpreter)) child["VIRTUAL_ENV"] = prefix;
  else if (prefix !== undefined && isConda(environment.interpreter)) child["CONDA_PREFIX"] = prefix;
  return child;
}

function ownFolder(interpreter: Interpreter | null): string | null {
  return interpreter === null ? null : dirname(interpreter.path);
}

/**
 * A venv's tools win as if it were activated. A system Python's folder keeps its place: /usr/bin in front would
 * hide the compiler in /usr/local/bin that the person uses.
 */
function ownFolderFirst(path: readonly string[], interpreter: Interpreter | null): string[] {
  const own = ownFolder(interpreter);
  if (own === null) return [...path];
  if (path.includes(own) && !isVenv(interpreter) && !isConda(interpreter)) return [...path];
  return [own, ...path.filter((entry) => entry !== own)];
}

function isVenv(interpreter: Interpreter | null): boolean {
  return interpreter !== null && interpreter.prefix !== interpreter.basePrefix;
}

function isConda(interpreter: Interpreter | null): boolean {
  return interpreter !== null && existsSync(join(interpreter.prefix, "conda-meta"));
}

function pickSet(
  variables: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const name of [...names].sort()) {
    const value = variables[name];
    if (value !== undefined && value !== "") picked[name] = value;
  }
  return picked;
}
