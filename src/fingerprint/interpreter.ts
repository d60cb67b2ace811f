import { closeSync, openSync, readSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import type { Interpreter } from "../model.ts";
import { ok, refuse, type Result } from "../report/failure.ts";
import { parseProbe, PROBE } from "./interpreter-probe.ts";
import { resolvePyenvShim } from "./pyenv-shim.ts";
import { runTool } from "./run-tool.ts";
import { findProgram, isExecutable, realOf, searchPath, splitPath, type MayRun } from "./search-path.ts";

/**
 * Finds the Python that the extensions are for. A venv's own path is kept: what it links to is another environment.
 * @param configured as in the configuration, relative to the top or absolute; one that is gone fails with E302.
 * @param mayRun refuses tracked files; see `untrackedOnly`.
 * @returns null when there is no Python at all.
 */
export function findInterpreter(
  top: string,
  configured: string | null,
  environment: NodeJS.ProcessEnv,
  mayRun: MayRun = () => true,
): Result<string | null> {
  const onPath = searchPath(splitPath(environment["PATH"]), top, null);
  const throughShim = (path: string): string => {
    const behind = resolvePyenvShim(path, { cwd: top, environment, path: onPath });
    return behind !== null && mayRun(behind) ? behind : path;
  };
  if (configured !== null) {
    const path = resolve(top, configured);
    if (isExecutable(path) && mayRun(path)) return ok(throughShim(path));
    const problem = isExecutable(path)
      ? "is tracked by git, so it is never run"
      : "does not exist or cannot be run";
    return refuse(
      "E302",
      `the configured interpreter ${path} ${problem}. Nothing was changed.`,
      createHint(path),
    );
  }
  const candidates = [
    inPrefix(environment["VIRTUAL_ENV"]),
    inPrefix(environment["CONDA_PREFIX"]),
    join(top, ".venv/bin/python"),
    join(top, "venv/bin/python"),
  ];
  const own = candidates.find((path) => path !== null && isExecutable(path) && mayRun(path));
  if (own !== undefined) return ok(own);
  const found = findProgram("python3", onPath, mayRun) ?? findProgram("python", onPath, mayRun);
  return ok(found === null ? null : throughShim(found));
}

/**
 * Asks an interpreter about itself: one process, no site, no project code.
 * @param context.cwd where a version manager's shim looks for the version to run.
 */
export async function probeInterpreter(
  path: string,
  context: { readonly cwd?: string; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<Result<Interpreter>> {
  if (!isExecutable(path)) {
    return refuse("E302", `the interpreter ${path} has gone. Nothing was changed.`, createHint(path));
  }
  const answer = await runTool({
    argv: [path, "-I", "-S", "-c", PROBE],
    environment: context.environment ?? process.env,
    ...(context.cwd === undefined ? {} : { cwd: context.cwd }),
  });
  const probed = answer === null ? null : parseProbe(answer);
  if (probed === null) {
    return refuse("E302", `the interpreter ${path} does not run. Nothing was changed.`, `${path} -I -S -c 0`);
  }
  // A shim (asdf, mise) picks another Python per folder and day: record the one that it picked.
  const chosen = isScript(path) && isExecutable(probed.executable) ? probed.executable : path;
  return ok({
    path: chosen,
    ...probed.facts,
    identityFiles: [...new Set([realOf(chosen), ...probed.files])],
  });
}

function inPrefix(prefix: string | undefined): string | null {
  return prefix !== undefined && isAbsolute(prefix) ? join(prefix, "bin/python") : null;
}

function createHint(path: string): string {
  const prefix = /^(.+)\/bin\/python[\d.]*$/.exec(path)?.[1];
  const create = prefix === undefined ? `restore ${path}` : `python3 -m venv ${prefix}`;
  return `${create}, or choose another with: rebuild-if-needed init`;
}

function isScript(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const head = Buffer.alloc(2);
    return readSync(file, head, 0, 2, 0) === 2 && head.toString("latin1") === "#!";
  } finally {
    closeSync(file);
  }
}
