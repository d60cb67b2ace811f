import { homedir } from "node:os";
import { join } from "node:path";
import { crypto } from "../late-modules.ts";
import type { Workspace } from "../model.ts";

/** One builder per work tree. */
export function worktreeLock(ws: Workspace): string {
  return join(ws.stateDir, "lock");
}

/** One builder per environment: two clones can share a venv. Kept with the user, as the prefix may be read-only. */
export function environmentLock(prefix: string): string {
  const state = process.env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state");
  const key = crypto().createHash("sha256").update(prefix).digest("hex").slice(0, 16);
  return join(state, "rebuild-if-needed", "environments", key);
}
