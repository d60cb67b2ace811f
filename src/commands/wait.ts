import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { lookDuePath } from "../build/builder.ts";
import { lockHolder } from "../build/lock.ts";
import { lookLaterLock } from "../build/look-later.ts";
import { runningBuild } from "../build/running.ts";
import { watch } from "../build/viewer.ts";
import type { Workspace } from "../model.ts";
import { EXIT } from "../report/failure.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";

const POLL_MS = 40;

/** `wait`: watch the build that runs or is about to, to its end. Exit code: its own. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const args = parse("wait", argv, {});
  if (!args.ok) return fail(io, args.failure);
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure);
  let exit: number | null = null;
  for (;;) {
    const running = runningBuild(ws.value);
    if (running !== null) {
      const end = await watch({ ws: ws.value, ...running, write: io.say, showOutput: true });
      exit = end.kind === "result" ? end.exit : EXIT.failed;
    } else if (isLookPending(ws.value)) await sleep(POLL_MS);
    else break;
  }
  if (exit === null) io.say("no build runs");
  return exit ?? EXIT.good;
}

/** A detached look has been asked for and has not been taken yet. */
function isLookPending(ws: Workspace): boolean {
  return existsSync(lookDuePath(ws)) && lockHolder(lookLaterLock(ws)) !== null;
}
