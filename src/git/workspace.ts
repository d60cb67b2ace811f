import { realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Workspace } from "../model.ts";
import { ok, refuse, type Result } from "../report/failure.ts";
import { git } from "./git.ts";
import { findPlainWorkspace } from "./plain-workspace.ts";

/** Finds the work tree that holds `cwd`. Fails with E101 (no repository) or E103 (bare). */
export async function findWorkspace(cwd: string): Promise<Result<Workspace>> {
  const plain = findPlainWorkspace(cwd);
  if (plain !== null) return ok(workspaceAt(plain.top, plain.gitDir, plain.gitDir));
  const answer = await git(cwd, [
    "rev-parse",
    "--is-bare-repository",
    "--absolute-git-dir",
    "--git-common-dir",
  ]);
  if (answer.code === 127) {
    return refuse("E101", "git was not found on PATH. Nothing was changed.", "install git");
  }
  if (answer.code !== 0) {
    const detail = answer.stderr.includes("dubious ownership")
      ? "this repository belongs to another user, and git does not trust it"
      : `${cwd} is not in a git repository`;
    return refuse(
      "E101",
      `${detail}. Nothing was changed.`,
      "cd into your clone, then run the command again",
    );
  }
  const text = answer.stdout.toString("utf8");
  const [bare, gitDir, commonDir] = text.split("\n");
  if (text.trimEnd().split("\n").length !== 3 || text.includes("\uFFFD")) {
    const message =
      "the path of this repository holds a newline or bytes that are no UTF-8. Nothing was changed.";
    return refuse("E101", message, "mv it to a folder with a plain name");
  }
  const top = (await git(cwd, ["rev-parse", "--show-toplevel"])).stdout.toString("utf8").replace(/\n$/, "");
  if (bare === "true" || top === "" || gitDir === undefined || commonDir === undefined) {
    return refuse(
      "E103",
      "this repository has no work tree. Nothing was changed.",
      "cd into a work tree of it",
    );
  }
  return ok(workspaceAt(top, gitDir, resolve(cwd, commonDir)));
}

function workspaceAt(top: string, gitDir: string, commonDir: string): Workspace {
  const realGitDir = realpathSync(gitDir);
  const realCommonDir = realpathSync(commonDir);
  return {
    top: realpathSync(top),
    gitDir: realGitDir,
    commonDir: realCommonDir,
    stateDir: join(realGitDir, "rebuild-if-needed"),
    slotsDir: join(realCommonDir, "rebuild-if-needed", "slots"),
  };
}
