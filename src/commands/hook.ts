import { dropLookDue } from "../build/look-due.ts";
import { startLookLater } from "../build/look-later.ts";
import { runningBuild } from "../build/running.ts";
import { lookForEvent } from "../event.ts";
import { hasEnded } from "../git/operation.ts";
import { pullUpdatesSubmodules } from "../git/pulled-submodules.ts";
import { findWorkspace } from "../git/workspace.ts";
import { dropUntold, readUntold } from "../store/untold.ts";
import type { Io } from "./io.ts";

/** Internal: what the hooks call when fresh.sh could not say "fresh". Never lets git fail. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const [hook = "", ...args] = argv;
  try {
    await handle(hook, args, io);
  } catch (error) {
    io.say(`rebuild-if-needed: E999 this is a bug: ${error instanceof Error ? error.stack : String(error)}`);
  }
  return 0;
}

async function handle(hook: string, args: readonly string[], io: Io): Promise<void> {
  const found = await findWorkspace(io.cwd);
  if (!found.ok) return;
  const ws = found.value;
  if (hook === "post-checkout" && /^0+$/.test(args[0] ?? "")) return dropLookDue(ws); // a clone or a new work tree: nothing is built there
  const untold = readUntold(ws);
  // Content is in place but HEAD has not moved: the hook that follows looks, or one detached look after git has ended.
  if (hook === "post-index-change" || !hasEnded(hook, args, ws.gitDir)) {
    startLookLater(ws);
    if (untold !== null && !process.stderr.isTTY)
      await (await import("../tell-untold.ts")).tellInHook(ws, io.say);
    return;
  }
  const running = runningBuild(ws);
  if (running !== null) {
    startLookLater(ws);
    io.say(`rebuild-if-needed: a build runs (${running.buildId}); it looks once more when it ends`);
    return;
  }
  dropLookDue(ws); // this is the look that was due
  const told = untold === null ? [] : (await import("../tell-untold.ts")).toldBefore(untold);
  await lookForEvent(ws, hook, {
    say: (text) => {
      if (!told.includes(text)) io.say(text);
    },
    get canWatch() {
      return process.stderr.isTTY; // opens it, and so is asked late
    },
    ignoreOperation: true,
    get updatesSubmodules() {
      return pullUpdatesSubmodules(ws, process.env);
    },
    lookAgain: () => startLookLater(ws),
  });
  dropUntold(ws);
}
