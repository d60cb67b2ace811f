import { leftToBuilder } from "../build/holder.ts";
import { dropLookDue, dropLookLater } from "../build/look-due.ts";
import { leaveToBuilder } from "../build/running.ts";
import { startLookLater } from "../build/look-later.ts";
import { lookForEvent } from "../event.ts";
import { findWorkspace } from "../git/workspace.ts";
import { hasEnded } from "../git/operation.ts";
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
  const ws = await findWorkspace(io.cwd);
  if (!ws.ok) return;
  if (hook === "post-checkout" && /^0+$/.test(args[0] ?? "")) {
    dropLookLater(ws.value);
    dropLookDue(ws.value); // a clone or a new work tree: nothing is built there
    return;
  }
  if (hook === "post-rewrite" && args[0] === "amend") return; // post-commit has just looked, and has told
  // Content is in place but HEAD has not moved: the hook that follows looks, or one detached look after git has ended.
  if (hook === "post-index-change" || !hasEnded(hook, args, ws.value.gitDir)) return startLookLater(ws.value);
  dropLookLater(ws.value); // this is the look that was due
  const running = leaveToBuilder(ws.value);
  if (running !== null) return io.say(leftToBuilder(ws.value, running));
  dropLookDue(ws.value);
  await lookForEvent(ws.value, hook, {
    say: io.say,
    get canWatch() {
      return process.stderr.isTTY; // opens it, and so is asked late
    },
    ignoreOperation: true,
  });
}
