import { progressOf, progressText } from "../build/progress.ts";
import { type RunningBuild, runningBuild } from "../build/running.ts";
import type { Decision, Workspace } from "../model.ts";
import { recordFresh } from "../record-fresh.ts";
import { EXIT } from "../report/failure.ts";
import { decisionJson } from "../report/json.ts";
import { decisionText, duration } from "../report/terminal.ts";
import { look } from "../run.ts";
import { type HistoryEntry, readHistory } from "../store/history.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, lookExit, openToDecide, sayLostHooks } from "./start.ts";

/** `status`: `check`, the running build and the last one. `--short`: one word for a prompt, nothing when fresh. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  const args = parse("status", argv);
  if (!args.ok) return fail(io, args.failure, json);
  const ws = await openToDecide(io);
  if (!ws.ok) return fail(io, ws.failure, json);
  const running = runningBuild(ws.value);
  const isShort = args.value.flags.has("short") && !json;
  if (isShort && running !== null) {
    io.result(buildingText(ws.value, running));
    return EXIT.stale;
  }
  const looked = await look(ws.value, { asker: "person", only: null, ignoreOperation: false });
  if (!looked.ok) return fail(io, looked.failure, json);
  await recordFresh(looked.value);
  const { decision } = looked.value;
  const last = readHistory(ws.value).at(-1) ?? null;
  const progress = running === null ? null : progressOf(ws.value, running);
  if (json) io.result(JSON.stringify({ ...decisionJson(decision), running: progress, last }));
  else if (!isShort) {
    // What the outputs look like while a recipe writes them says nothing: the builder's own reasons do.
    if (progress?.extension === undefined) for (const line of decisionText(decision)) io.result(line);
    if (running !== null) for (const line of progressText(ws.value, running)) io.result(line);
    if (last !== null) for (const line of lastText(last, decision.decision)) io.result(line);
    sayLostHooks(ws.value, io);
  } else if (decision.decision !== "fresh") io.result(decision.decision);
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

/** How long it will still take, where that is known and not over. */
function buildingText(ws: Workspace, running: RunningBuild): string {
  const { elapsedMs, estimateMs = 0, progress } = progressOf(ws, running);
  const leftMs = progress?.leftMs ?? estimateMs - elapsedMs;
  return leftMs > 0 ? `building, ${duration(leftMs)} left` : "building";
}
