/** A checkout that is moved from commit to commit, writing only what differs. */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { changesBetween, type Change } from "./commits.ts";

export interface WorkCopy {
  readonly folder: string;
  /** Checks `commit` out. Objects that the repository lacks stay away. Gives what changed; null: everything. */
  moveTo(commit: string): readonly Change[] | null;
  /** Removes what a build left. */
  clean(): void;
}

/** `submodules`: a folder with files for submodules, at their paths: their own commits are not at hand. */
export function workCopy(repo: string, folder: string, submodules: string | null): WorkCopy {
  const git = (args: readonly string[], input?: string): void => {
    spawnSync("git", ["-C", folder, ...args], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  };
  const cloned = spawnSync("git", ["clone", "--quiet", "--shared", "--no-checkout", repo, folder]);
  if (cloned.status !== 0) throw new Error(`git clone ${repo}: ${cloned.stderr.toString("utf8")}`);
  let present: string | null = null;
  return {
    folder,
    moveTo(commit) {
      const before = present;
      present = commit;
      git(["update-ref", "--no-deref", "HEAD", commit]);
      git(["read-tree", commit]);
      if (before === null) {
        git(["checkout-index", "--all", "--force", "--quiet"]);
        if (submodules !== null) cpSync(submodules, folder, { recursive: true });
        return null;
      }
      const changes = changesBetween(folder, before, commit);
      for (const { path } of changes) {
        const isUnder = submodules !== null && existsSync(join(submodules, path));
        if (!isUnder) rmSync(join(folder, path), { recursive: true, force: true });
      }
      const written = changes.filter(({ oid }) => oid !== null).map(({ path }) => path);
      git(
        ["checkout-index", "--force", "--quiet", "--stdin", "-z"],
        written.map((path) => `${path}\0`).join(""),
      );
      return changes;
    },
    clean: () => git(["clean", "-qffdx", ...(submodules === null ? [] : ["-e", "/extern"])]),
  };
}
