import { treeHolderText } from "../build/holder.ts";
import { isHere } from "../build/owner.ts";
import { recover } from "../build/recover.ts";
import { runningBuild } from "../build/running.ts";
import { watch } from "../build/viewer.ts";
import { EXIT, failure } from "../report/failure.ts";
import { failureText } from "../report/terminal.ts";
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
  const { buildId, owner } = running;
  if (!isHere(owner)) {
    const who = treeHolderText(ws.value, running);
    const message = `another build runs: ${who}. It cannot be stopped from here.`;
    return fail(io, failure("E401", message, "rebuild-if-needed cancel, where it runs"));
  }
  try {
    process.kill(owner.pid, "SIGTERM");
  } catch {
    // it has just ended
  }
  const end = await watch({
    ws: ws.value,
    buildId,
    owner,
    write: io.say,
    showOutput: false,
    onlyResult: true,
  });
  if (end.kind === "died") {
    await recover(ws.value); // it had not come up yet, or somebody killed it
    io.say(failureText(failure("E209", "cancelled. Your previous build is in place.", "rebuild-if-needed")));
  }
  return EXIT.good;
}
