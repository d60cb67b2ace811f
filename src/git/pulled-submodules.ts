import { existsSync } from "node:fs";
import { join } from "node:path";
import { childProcess } from "../late-modules.ts";
import type { Workspace } from "../model.ts";
import { gitEnvironment, PINNED } from "./git.ts";

/**
 * Whether a hook runs in a `git pull` that checks out submodules when it has merged or rebased. It does so after all
 * hooks of the outer repository (git 2.39), so what lags now will not lag when it has ended. `pull` tells its arguments
 * in GIT_REFLOG_ACTION.
 */
export function pullUpdatesSubmodules(
  { top }: Workspace,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const action = environment["GIT_REFLOG_ACTION"] ?? "";
  if (!/^pull\b/.test(action) || !existsSync(join(top, ".gitmodules"))) return false;
  const asked = [...action.matchAll(/ --(no-)?recurse-submodules(?:=(\S+))?(?= |$)/g)].at(-1);
  if (asked !== undefined) return asked[1] === undefined && !/^(no|off|false|0)$/i.test(asked[2] ?? "");
  const { status, stdout } = childProcess().spawnSync(
    "git",
    [...PINNED, "config", "--type=bool", "--get", "submodule.recurse"],
    { cwd: top, env: gitEnvironment(), encoding: "utf8" },
  );
  return status === 0 && stdout.trim() === "true";
}
