import { leftToBuilder } from "../build/holder.ts";
import { dropLookDue, dropLookLater } from "../build/look-due.ts";
import { leaveToBuilder } from "../build/running.ts";
import { startLookLater } from "../build/look-later.ts";
import { lookForEvent } from "../event.ts";
import { findWorkspace } from "../git/workspace.ts";
import { hasEnded } from "../git/operation.ts";
import { pullUpdatesSubmodules } from "../git/pulled-submodules.ts";
import { dropUntold, readUntold } from "../store/untold.ts";
import type { Io } from "./io.ts";

/** Internal: what the hooks call when fresh.sh could not say "fresh". Never lets git fail. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const [named = "", ...rest] = argv;
  try {
    const { hook, args } =
      named === "by-pre-commit" ? eventOfPreCommit(process.env) : { hook: named, args: rest };
    if (named !== "by-pre-commit" || !isSwitchedOff(process.env)) await handle(hook, args, io);
  } catch (error) {
    io.say(`rebuild-if-needed: E999 this is a bug: ${error instanceof Error ? error.stack : String(error)}`);
  }
  return 0;
}

/** The event behind a hook of `.pre-commit-hooks.yaml`: pre-commit tells its arguments in variables, and not its name. */
function eventOfPreCommit(variables: NodeJS.ProcessEnv): {
  readonly hook: string;
  readonly args: readonly string[];
} {
  const {
    PRE_COMMIT_FROM_REF: from = "",
    PRE_COMMIT_TO_REF: to = "",
    PRE_COMMIT_CHECKOUT_TYPE: type,
    PRE_COMMIT_IS_SQUASH_MERGE: squash,
    PRE_COMMIT_REWRITE_COMMAND: command,
  } = variables;
  if (type !== undefined) return { hook: "post-checkout", args: [from, to, type] };
  if (squash !== undefined) return { hook: "post-merge", args: [squash] };
  return command === undefined
    ? { hook: "post-commit", args: [] }
    : { hook: "post-rewrite", args: [command] };
}

/** What our own hooks ask in sh before they start the program. */
function isSwitchedOff(variables: NodeJS.ProcessEnv): boolean {
  const { CI = "", REBUILD_IF_NEEDED: off, REBUILD_IF_NEEDED_BUILD: build = "" } = variables;
  return CI !== "" || off === "0" || build !== "";
}

async function handle(hook: string, args: readonly string[], io: Io): Promise<void> {
  const found = await findWorkspace(io.cwd);
  if (!found.ok) return;
  const ws = found.value;
  if (hook === "post-checkout" && /^0+$/.test(args[0] ?? "")) {
    dropLookLater(ws);
    dropLookDue(ws); // a clone or a new work tree: nothing is built there
    return;
  }
  if (hook === "post-rewrite" && args[0] === "amend") return; // post-commit has just looked, and has told
  const untold = readUntold(ws);
  // Content is in place but HEAD has not moved: the hook that follows looks, or one detached look after git has ended.
  if (hook === "post-index-change" || !hasEnded(hook, args, ws.gitDir)) {
    startLookLater(ws);
    if (untold !== null && !process.stderr.isTTY)
      await (await import("../tell-untold.ts")).tellInHook(ws, io.say);
    return;
  }
  dropLookLater(ws); // this is the look that was due
  const running = leaveToBuilder(ws);
  if (running !== null) return io.say(leftToBuilder(ws, running));
  dropLookDue(ws);
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
