/** What git says of a clone, in one text that must be the same in both, and what of it decides whether a build may start. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Sandbox } from "../sandbox.ts";
import { OUTPUTS } from "./recipe.ts";

export interface CloneState {
  /** See `statusText`. */
  readonly text: string;
  /** A merge, rebase, cherry-pick or revert that was begun and not ended, or unmerged files. */
  readonly isStopped: boolean;
  readonly unmerged: readonly string[];
  /** The submodule that is checked out is not the one that the index names. */
  readonly lags: boolean;
  /** Outputs that git tracks. */
  readonly trackedOutputs: readonly string[];
  /** Folder of its HEAD and marks. */
  readonly gitDir: string;
}

const MARKS = [
  "rebase-merge",
  "rebase-apply",
  "MERGE_HEAD",
  "CHERRY_PICK_HEAD",
  "REVERT_HEAD",
  "sequencer/todo",
];

export async function cloneState(box: Sandbox, top: string): Promise<CloneState> {
  const [text, files] = await Promise.all([
    statusText(box, top),
    box.git(top, "ls-files", "--stage", "--", ...OUTPUTS, "csrc/sub"),
  ]);
  const gitDir = gitDirOf(top);
  const lines = text.split("\n");
  const unmerged = lines
    .filter((line) => line.startsWith("u "))
    .map((line) => line.split(" ").slice(10).join(" "));
  const staged = files.split("\n").filter((line) => line !== "");
  const wanted = staged.find((line) => line.startsWith("160000"))?.split(" ")[1];
  return {
    text,
    isStopped: unmerged.length > 0 || MARKS.some((mark) => existsSync(join(gitDir, mark))),
    unmerged,
    lags: wanted !== undefined && wanted !== (await submoduleHead(box, top)),
    trackedOutputs: OUTPUTS.filter((path) => staged.some((line) => line.endsWith(`\t${path}`))),
    gitDir,
  };
}

/** `git status` as a whole: the commit, what differs from it, and all untracked files. */
export function statusText(box: Sandbox, top: string): Promise<string> {
  const options = ["--branch", "--untracked-files=all", "--ignore-submodules=none"];
  return box.git(top, "--no-optional-locks", "status", "--porcelain=v2", ...options);
}

function gitDirOf(top: string): string {
  const git = join(top, ".git");
  if (statSync(git).isDirectory()) return git;
  return resolve(
    top,
    readFileSync(git, "utf8")
      .replace(/^gitdir: /, "")
      .trim(),
  );
}

async function submoduleHead(box: Sandbox, top: string): Promise<string | null> {
  if (!existsSync(join(top, "csrc/sub/.git"))) return null;
  const { code, stdout } = await box.run(join(top, "csrc/sub"), [
    "git",
    "rev-parse",
    "--verify",
    "--quiet",
    "HEAD",
  ]);
  return code === 0 ? stdout.trim() : null;
}
