/** One detached look after git has ended: for operations after which no hook comes, or whose hooks come too early. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { childProcess } from "../late-modules.ts";
import { withoutGitVariables } from "../git/git.ts";
import type { Workspace } from "../model.ts";
import { markLookLater } from "./look-due.ts";
import { findGitAncestor } from "./git-ancestor.ts";
import { lockHolder } from "./lock.ts";
import { programPath } from "./start.ts";

/** Held by the one detached process that waits for git to end. */
export function lookLaterLock(ws: Workspace): string {
  return join(ws.stateDir, "later");
}

/**
 * Marks a look as due and sees to it that somebody takes it once the git process above us has ended. Does nothing
 * where nothing was ever kept, as in a clone or work tree that is just being made.
 */
export function startLookLater(ws: Workspace): void {
  if (!existsSync(ws.stateDir)) return;
  markLookLater(ws, findGitAncestor(process.ppid) ?? process.ppid);
  if (lockHolder(lookLaterLock(ws)) !== null) return;
  const child = childProcess().spawn(process.execPath, [programPath(), "look-later"], {
    cwd: ws.top,
    detached: true,
    env: withoutGitVariables(process.env),
    // A terminal gets the line, if there is one, right after git's own; whoever reads git through a pipe never waits.
    stdio: ["ignore", "ignore", process.stderr.isTTY ? "inherit" : "ignore"],
  });
  child.on("error", () => {});
  child.unref();
}
