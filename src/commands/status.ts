import { runningBuild } from "../build/running.ts";
import { recordFresh } from "../record-fresh.ts";
import { decisionJson } from "../report/json.ts";
import { decisionText, duration } from "../report/terminal.ts";
import { look } from "../run.ts";
import { readHistory } from "../store/history.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, lookExit, openToDecide } from "./start.ts";

/** `status`: `check`, the running build and the last one. `--short`: one word for a prompt. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  const args = parse("status", argv, { json: { type: "boolean" }, short: { type: "boolean" } });
  if (!args.ok) return fail(io, args.failure, json);
  const ws = await openToDecide(io);
  if (!ws.ok) return fail(io, ws.failure, json);
  const looked = await look(ws.value, { asker: "person", only: null, ignoreOperation: false });
  if (!looked.ok) return fail(io, looked.failure, json);
  await recordFresh(looked.value);
  const { decision } = looked.value;
  const running = runningBuild(ws.value);
  const last = readHistory(ws.value).at(-1) ?? null;
  if (json) io.result(JSON.stringify({ ...decisionJson(decision), running, last }));
  else if (args.value.flags.has("short")) io.result(running === null ? decision.decision : "building");
  else {
    for (const line of decisionText(decision)) io.result(line);
    if (running !== null)
      io.result(`building: ${running.buildId} (process ${running.pid}). Watch: rebuild-if-needed wait`);
    if (last !== null)
      io.result(
        `last: ${last.action} of ${last.extension} at ${last.at}: ${last.result} in ${duration(last.elapsedMs)}`,
      );
  }
  return lookExit(decision.decision);
}
