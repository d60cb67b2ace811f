import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { withoutGitVariables } from "../git/git.ts";
import type { Workspace } from "../model.ts";
import { ok, type Result } from "../report/failure.ts";
import { isBlockFirst } from "./block.ts";
import { readHook } from "./files.ts";
import type { HookName } from "./hook-names.ts";
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
    for (const { name, path, state } of listed.value) {
      if (state !== "installed") silent.push(name);
      else if (!isBlockFirst(readHook(path) ?? "")) untried.push(name);
      else if (await fires(ws, environment, name, join(folder, name))) fired.push(name);
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
  if ((await askGit(ws.top, probing, ["hook", "run", "--ignore-missing", name])) === null) {
    await runAsOlderGit(ws, probing, name);
  }
  try {
    return readFileSync(answer, "utf8") === `${name}\n`;
  } catch {
    return false;
  }
}

/** git before 2.36 has no `hook run`: ask it for the file and start that from the top, as it would. */
async function runAsOlderGit(ws: Workspace, environment: NodeJS.ProcessEnv, name: HookName): Promise<void> {
  const path = await askGit(ws.top, environment, ["rev-parse", "--git-path", `hooks/${name}`]);
  if (path === null) return;
  const options = { cwd: ws.top, env: withoutGitVariables(environment), timeout: 10_000 };
  await new Promise<void>((done) => {
    execFile(resolve(ws.top, path.replace(/\n$/, "")), options, () => done());
  });
}
