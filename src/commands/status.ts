import { progressOf, progressText } from "../build/progress.ts";
import { runningBuild } from "../build/running.ts";
import { recordFresh } from "../record-fresh.ts";
import { decisionJson } from "../report/json.ts";
import { decisionText, duration } from "../report/terminal.ts";
import type { Decision } from "../model.ts";
import { look } from "../run.ts";
import { type HistoryEntry, readHistory } from "../store/history.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, lookExit, openWorkspace } from "./start.ts";

/** `status`: `check`, the running build and the last one. `--short`: one word for a prompt. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  const args = parse("status", argv, { json: { type: "boolean" }, short: { type: "boolean" } });
  if (!args.ok) return fail(io, args.failure, json);
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure, json);
  const looked = await look(ws.value, { asker: "person", only: null, ignoreOperation: false });
  if (!looked.ok) return fail(io, looked.failure, json);
  await recordFresh(looked.value);
  const { decision } = looked.value;
  const running = runningBuild(ws.value);
  const last = readHistory(ws.value).at(-1) ?? null;
  const progress = running === null ? null : progressOf(ws.value, running);
  if (json) io.result(JSON.stringify({ ...decisionJson(decision), running: progress, last }));
  else if (args.value.flags.has("short")) io.result(running === null ? decision.decision : "building");
  else {
    // What the outputs look like while a recipe writes them says nothing: the builder's own reasons do.
    if (progress?.extension === undefined) for (const line of decisionText(decision)) io.result(line);
    if (running !== null) for (const line of progressText(ws.value, running)) io.result(line);
    if (last !== null) for (const line of lastText(last, decision.decision)) io.result(line);
  }
  return lookExit(decision.decision);
}

/** Of a failure also what and where, until it is cured. */
function lastText(last: HistoryEntry, now: Decision["decision"]): string[] {
  const { action, extension, at, result, elapsedMs, failure, log } = last;
  const line = `last: ${action} of ${extension} at ${at}: ${result} in ${duration(elapsedMs)}`;
  if (now === "fresh" || failure === undefined || result !== "failed") return [line];
  const [what = ""] = failure.message.split("\n");
  return [line, `  ${failure.code} ${what}`, ...(log === undefined ? [] : [`  log: ${log}`])];
}
