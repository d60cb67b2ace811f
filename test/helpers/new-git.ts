import { spawnSync } from "node:child_process";

/** Names a folder with a `git` of 2.54 or newer where the one on PATH is older. `.ci/run` sets it. */
const FOLDER = process.env["REBUILD_IF_NEEDED_TEST_NEW_GIT"];

const path = [...(FOLDER === undefined ? [] : [FOLDER]), process.env["PATH"] ?? ""].join(":");

/** PATH on which the first git starts hooks that its configuration names. */
export const NEW_GIT = { PATH: path } as const;

const settings = ["-c", "hook.ask.event=post-merge", "-c", "hook.ask.command=true"];
const answer = spawnSync("git", [...settings, "hook", "list", "post-merge"], { env: { PATH: path } });

/** Under CI a git that is too old is a failure, not a reason to skip. */
export const SKIP_WITHOUT_NEW_GIT: false | string =
  answer.stdout.toString().split("\n").includes("ask") || process.env["CI"] !== undefined
    ? false
    : "git is older than 2.54, and REBUILD_IF_NEEDED_TEST_NEW_GIT names no newer one";
