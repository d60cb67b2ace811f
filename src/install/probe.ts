import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { withoutGitVariables } from "../git/git.ts";
import type { Workspace } from "../model.ts";
import { ok, type Result } from "../report/failure.ts";
import { isBlockFirst } from "./block.ts";
import { readHook } from "./files.ts";
import { configName, type HookName } from "./hook-names.ts";
import { listHooks } from "./list.ts";
import { askGit } from "./user-git.ts";

export interface ProbeReport {
  /** git ran it just now, and it was ours. */
  readonly fired: readonly HookName[];
  /** git did not run it, or what it ran was not ours. */
  readonly silent: readonly HookName[];
  /** Not tried: other commands of the same file come first and would run too. */
  readonly untried: readonly HookName[];
}

/**
 * Lets git run each hook of ours for real. A hook that finds REBUILD_IF_NEEDED_PROBE set writes its name into that file
 * and ends before it does anything else, the earlier hook included; hooks of others are never started.
 */
export async function probeHooks(
  ws: Workspace,
  environment: NodeJS.ProcessEnv,
): Promise<Result<ProbeReport>> {
  const listed = await listHooks(ws, environment);
  if (!listed.ok) return listed;
  const [fired, silent, untried]: [HookName[], HookName[], HookName[]] = [[], [], []];
  const folder = mkdtempSync(join(tmpdir(), "rebuild-if-needed-probe-"));
  try {
    for (const { name, path, state, through } of listed.value.hooks) {
      if (state !== "installed") silent.push(name);
      else if (through !== null || !isBlockFirst(readHook(path) ?? "")) untried.push(name);
      else if (listed.value.location.kind === "config") {
        const isRun = await firesByConfig(ws, environment, name, path, join(folder, name));
        (isRun ? fired : silent).push(name);
      } else if (await fires(ws, environment, name, join(folder, name))) fired.push(name);
      else silent.push(name);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return ok({ fired, silent, untried });
}

async function fires(
  ws: Workspace,
  environment: NodeJS.ProcessEnv,
  name: HookName,
  answer: string,
): Promise<boolean> {
  const probing = { ...environment, REBUILD_IF_NEEDED_PROBE: answer };
  const runs = await configuredHooks(ws, environment, name);
  const isAlone = runs === null || runs.every((one) => one === "hook from hookdir");
  const args = ["hook", "run", "--ignore-missing", name];
  if (!isAlone || (await askGit(ws.top, probing, args)) === null) await runAsOlderGit(ws, probing, name);
  return hasAnswered(name, answer);
}

/** `git hook run` would start what others have configured too: git is asked for its list, and ours started alone. */
async function firesByConfig(
  ws: Workspace,
  environment: NodeJS.ProcessEnv,
  name: HookName,
  path: string,
  answer: string,
): Promise<boolean> {
  const runs = await configuredHooks(ws, environment, name);
  if (runs?.includes(configName(name)) !== true) return false;
  await start(ws, { ...environment, REBUILD_IF_NEEDED_PROBE: answer }, path);
  return hasAnswered(name, answer);
}

/** What git would run for an event, by name (`hook from hookdir`: a file); null before git 2.54. */
async function configuredHooks(
  ws: Workspace,
  environment: NodeJS.ProcessEnv,
  name: HookName,
): Promise<readonly string[] | null> {
  const listed = await askGit(ws.top, environment, ["hook", "list", name]);
  return listed?.trimEnd().split("\n") ?? null;
}

function hasAnswered(name: HookName, answer: string): boolean {
  try {
    return readFileSync(answer, "utf8") === `${name}\n`;
  } catch {
    return false;
  }
}

/** git before 2.36 has no `hook run`: ask it for the file and start that from the top, as it would. */
async function runAsOlderGit(ws: Workspace, environment: NodeJS.ProcessEnv, name: HookName): Promise<void> {
  const path = await askGit(ws.top, environment, ["rev-parse", "--git-path", `hooks/${name}`]);
  if (path !== null) await start(ws, environment, resolve(ws.top, path.replace(/\n$/, "")));
}

async function start(ws: Workspace, environment: NodeJS.ProcessEnv, path: string): Promise<void> {
  const options = { cwd: ws.top, env: withoutGitVariables(environment), timeout: 10_000 };
  await new Promise<void>((done) => {
    execFile(path, options, () => done());
  });
}
