import { statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { lastStop } from "../build/last-stop.ts";
import { lookDuePath, lookLaterPath } from "../build/look-due.ts";
import { lockHolder } from "../build/lock.ts";
import { lookLaterLock } from "../build/look-later.ts";
import type { ToldEvent } from "../build/read-log.ts";
import { runningBuild } from "../build/running.ts";
import { watch } from "../build/viewer.ts";
import type { Workspace } from "../model.ts";
import { EXIT } from "../report/failure.ts";
import { eventJson } from "../report/json.ts";
import { look } from "../run.ts";
import { lastFailure, readHistory } from "../store/history.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";

const POLL_MS = 40;

/** `wait`: watch the build that runs or is about to, to its end. Exit code: its own. `--json`: its events on stdout. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes("--json");
  const args = parse("wait", argv);
  if (!args.ok) return fail(io, args.failure, json);
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure, json);
  const events = json ? { onEvent: (told: ToldEvent): void => io.result(eventJson(told)) } : {};
  let exit: number | null = null;
  let seen = "";
  for (;;) {
    const running = runningBuild(ws.value);
    if (running !== null && running.buildId === seen) await sleep(POLL_MS); // it has told its end and is about to go
    else if (running !== null) {
      seen = running.buildId;
      const end = await watch({ ws: ws.value, ...running, write: io.say, showOutput: true, ...events });
      exit = end.kind === "result" ? end.exit : EXIT.failed;
    } else if (isLookPending(ws.value)) await sleep(POLL_MS);
    else if (runningBuild(ws.value) === null) break; // a look that ended between the two questions may have started one
  }
  return exit ?? lastResult(ws.value, io);
}

/** Nothing runs (any more): the answer is that of the last attempt, if it was at the very state that is there now. */
async function lastResult(ws: Workspace, io: Io): Promise<number> {
  io.say("no build runs");
  const looked = await look(ws, { asker: "event", only: null, ignoreOperation: true });
  if (!looked.ok) return EXIT.good;
  const history = readHistory(ws);
  const stale = looked.value.decision.extensions.filter(({ decision }) => decision === "rebuild");
  for (const one of stale) {
    const failed = lastFailure(history, one.name, one.fingerprint);
    if (failed?.failure === undefined || failed.result !== "failed") continue;
    io.say(`rebuild-if-needed: ${failed.failure.code} ${failed.failure.message}\nNext: rebuild-if-needed`);
    return EXIT.failed;
  }
  const stop = stale.length > 0 ? lastStop(ws, history) : null;
  if (stop !== null) io.say(`rebuild-if-needed: ${stop.text}`);
  return stop?.exit ?? EXIT.good;
}

/** How long a look that was asked for may take to be taken up, ms. */
const TAKE_UP_MS = 5000;

/** A detached look is under way, or has just been asked for. */
function isLookPending(ws: Workspace): boolean {
  if (lockHolder(lookLaterLock(ws)) !== null) return true;
  return [lookDuePath(ws), lookLaterPath(ws)].some((path) => {
    const mark = statSync(path, { throwIfNoEntry: false });
    return mark !== undefined && Date.now() - mark.mtimeMs < TAKE_UP_MS;
  });
}
