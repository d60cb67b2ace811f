/** The first steps of every command: where are we, and is there a crash to clean up? */
import { existsSync } from "node:fs";
import { isJournalThere } from "../build/journal.ts";
import type { Recovery } from "../build/recover.ts";
import { findWorkspace } from "../git/workspace.ts";
import { lostHooksLine } from "../install/lost.ts";
import type { Workspace } from "../model.ts";
import { assertNever, EXIT, ok, type Failure, type Result } from "../report/failure.ts";
import { untoldPath } from "../store/untold.ts";
import { findNewerState } from "../store/newer-state.ts";
import { newerState } from "../store/state-file.ts";
import { failureText } from "../report/terminal.ts";
import type { Io } from "./io.ts";

/** {@link openToDecide}, for commands that show no decision: they say first what an event's look could tell nobody. */
export async function openWorkspace(io: Io): Promise<Result<Workspace>> {
  const ws = await openToDecide(io);
  if (ws.ok && existsSync(untoldPath(ws.value)))
    await (await import("../tell-untold.ts")).tellUntold(ws.value, io.say);
  return ws;
}

/** Finds the work tree and undoes or finishes what a killed builder left. A line tells of it. */
export async function openToDecide(io: Io): Promise<Result<Workspace>> {
  const found = await findWorkspace(io.cwd);
  if (!found.ok) return found;
  const newer = findNewerState(found.value);
  if (newer !== null) return newerState(newer);
  if (!isJournalThere(found.value)) return ok(found.value); // nearly always
  const { recover } = await import("../build/recover.ts");
  const recovered = await recover(found.value);
  if (!recovered.ok) return recovered;
  const line = recoveryLine(recovered.value);
  if (line !== null) io.say(line);
  return ok(found.value);
}

/** Says so on stderr where another tool has taken the place of our hooks: without them no event is seen. */
export function sayLostHooks(ws: Workspace, io: Io): void {
  const line = lostHooksLine(ws);
  if (line !== null) io.say(line);
}

/** Prints a failure, as JSON on stdout where that was asked for. @returns its exit code. */
export function fail(io: Io, failure: Failure, json = false): number {
  if (json) {
    const { code, message, next } = failure;
    io.result(JSON.stringify({ version: 1, error: { code, message, next } }));
  } else io.say(failureText(failure));
  return failure.exit;
}

/** Exit code of commands that only look. */
export function lookExit(decision: "fresh" | "restore" | "rebuild" | "held" | "blocked"): number {
  if (decision === "fresh") return EXIT.good;
  return decision === "held" || decision === "blocked" ? EXIT.stopped : EXIT.stale;
}

function recoveryLine(recovery: Recovery): string | null {
  switch (recovery.kind) {
    case "nothing":
    case "running":
      return null;
    case "rolled-back":
      return `rebuild-if-needed: build ${recovery.buildId} was interrupted; your previous build is in place again`;
    case "completed":
      return `rebuild-if-needed: build ${recovery.buildId} had been verified when it was interrupted; it is in place`;
    default:
      return assertNever(recovery);
  }
}
