import { runningBuild, type RunningBuild } from "../build/running.ts";
import type { Workspace } from "../model.ts";
import { recordFresh } from "../record-fresh.ts";
import { EXIT } from "../report/failure.ts";
import { decisionJson } from "../report/json.ts";
import { decisionText, duration } from "../report/terminal.ts";
import { look } from "../run.ts";
import { readHistory } from "../store/history.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, lookExit, openWorkspace, sayLostHooks } from "./start.ts";

/** `status`: `check`, the running build and the last one. `--short`: one word for a prompt, nothing when fresh. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  const args = parse("status", argv);
  if (!args.ok) return fail(io, args.failure, json);
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure, json);
  const running = runningBuild(ws.value);
  const isShort = args.value.flags.has("short") && !json;
  if (isShort && running !== null) {
    io.result(await buildingText(ws.value, running));
    return EXIT.stale;
  }
  const looked = await look(ws.value, { asker: "person", only: null, ignoreOperation: false });
  if (!looked.ok) return fail(io, looked.failure, json);
  await recordFresh(looked.value);
  const { decision } = looked.value;
  const last = readHistory(ws.value).at(-1) ?? null;
  if (json) io.result(JSON.stringify({ ...decisionJson(decision), running, last }));
  else if (!isShort) {
    for (const line of decisionText(decision)) io.result(line);
    if (running !== null)
      io.result(
        `${await buildingText(ws.value, running)}: ${running.buildId} (process ${running.pid}). Watch: rebuild-if-needed wait`,
      );
    if (last !== null)
      io.result(
        `last: ${last.action} of ${last.extension} at ${last.at}: ${last.result} in ${duration(last.elapsedMs)}`,
      );
    sayLostHooks(ws.value, io);
  } else if (decision.decision !== "fresh") io.result(decision.decision);
  return lookExit(decision.decision);
}

async function buildingText(ws: Workspace, { buildId }: RunningBuild): Promise<string> {
  const { timeLeftMs } = await import("../build/time-left.ts");
  const left = timeLeftMs(ws, buildId, Date.now());
  return left === undefined ? "building" : `building, ${duration(left)} left`;
}
