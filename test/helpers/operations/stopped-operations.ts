/** What people do when git has stopped half-way. */
import { type Choices, someText } from "./choices.ts";
import type { Deed, Operation } from "./deeds.ts";

const git = (...argv: readonly string[]): Deed => ({ kind: "git", argv });

/** The subcommand that goes on with, or ends, what was stopped. */
export type Stopped = "merge" | "rebase" | "cherry-pick" | "revert" | "am" | "none";

export function stoppedOperation(c: Choices, stopped: Stopped): Operation {
  // Unmerged files without an operation: a stash that did not fit.
  if (stopped === "none") return { name: "thrown away", deeds: [git("reset", "--quiet", "--hard")] };
  const choice = c.random.below(10);
  if (choice < 4) return { name: "abort", deeds: [git(stopped, "--abort")] };
  if (choice < 5 && stopped !== "merge") return { name: "skip", deeds: [git(stopped, "--skip")] };
  if (choice < 6)
    return {
      name: "edited while stopped",
      deeds: [{ kind: "write", path: "csrc/a.txt", text: someText(c) }],
    };
  const resolved = c.now.git.unmerged.map((path): Deed => ({ kind: "write", path, text: someText(c) }));
  const end = choice < 7 ? git("commit", "--quiet", "--no-edit") : git(stopped, "--continue");
  return { name: "resolve", deeds: [...resolved, git("add", "--all"), end] };
}
