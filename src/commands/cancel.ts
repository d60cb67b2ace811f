import { runningBuild } from "../build/running.ts";
import { watch } from "../build/viewer.ts";
import { EXIT } from "../report/failure.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";

/** `cancel`: asks the running build to stop and waits until everything is as it was. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const args = parse("cancel", argv);
  if (!args.ok) return fail(io, args.failure);
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure);
  const running = runningBuild(ws.value);
  if (running === null) {
    io.say("no build runs");
    return EXIT.good;
  }
  try {
    process.kill(running.pid, "SIGTERM");
  } catch {
    // it has just ended
  }
  await watch({ ws: ws.value, ...running, write: io.say, showOutput: false });
  return EXIT.good;
}
