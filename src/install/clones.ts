/**
 * Where this user has installed our hooks, outside of any repository. A prompt runs what lies in a git dir only there:
 * a git dir that came with an archive is no more ours than a stranger's commit is.
 */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { replaceFile } from "./files.ts";
import type { HookTarget } from "./hook-file.ts";

/** More than anybody has; the oldest go first. */
const MOST = 500;

/** A line for each clone: its common git dir, node and the program, with tabs between. `prompt.sh` reads it. */
function clonesPath(environment: NodeJS.ProcessEnv): string {
  const state = environment["XDG_STATE_HOME"] ?? "";
  const home = environment["HOME"] ?? homedir();
  return join(state === "" ? join(home, ".local", "state") : state, "rebuild-if-needed", "clones");
}

/** Best effort: without it only the prompt is silent. A path with a tab or a newline cannot be told. */
export function rememberClone(ws: Workspace, target: HookTarget, environment: NodeJS.ProcessEnv): void {
  const fields = [ws.commonDir, target.node, target.program];
  if (fields.some((field) => /[\t\n]/.test(field))) return;
  rewrite(ws, environment, [fields.join("\t")]);
}

/** What `uninstall` does. */
export function forgetClone(ws: Workspace, environment: NodeJS.ProcessEnv): void {
  if (existsSync(clonesPath(environment))) rewrite(ws, environment, []);
}

/** Drops the line of this clone and those of clones that have gone, and adds some. */
function rewrite(ws: Workspace, environment: NodeJS.ProcessEnv, added: readonly string[]): void {
  const path = clonesPath(environment);
  try {
    const old = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
    const others = old.filter((line) => {
      const [commonDir = ""] = line.split("\t");
      return commonDir !== "" && commonDir !== ws.commonDir && existsSync(commonDir);
    });
    const lines = [...others, ...added].slice(-MOST);
    const text = lines.map((line) => `${line}\n`).join("");
    if (text !== old.join("\n")) replaceFile(path, Buffer.from(text).toString("latin1"), 0o600);
  } catch {
    // a home that cannot be written
  }
}
