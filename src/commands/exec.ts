import { spawn } from "node:child_process";
import { constants } from "node:os";
import { isatty } from "node:tty";
import { runningBuild } from "../build/running.ts";
import { runTypedBuild } from "../build/typed-build.ts";
import { isRestoreOnly } from "../decide.ts";
import { isBisecting } from "../git/operation.ts";
import { findWorkspace } from "../git/workspace.ts";
import { seenFirst } from "../observe.ts";
import { EXIT, type Failure, failure, ok, refuse, type Result } from "../report/failure.ts";
import { stoppedFailure } from "../report/stopped.ts";
import { look } from "../run.ts";
import { settleFresh } from "../settle-fresh.ts";
import { errorCode } from "../store/state-file.ts";
import { parse } from "./arguments.ts";
import type { Io } from "./io.ts";
import { fail, openToDecide } from "./start.ts";

/** `exec -- CMD`: make fresh, then run CMD. Its exit code is CMD's, or ours if CMD did not run. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const command = commandOf(argv);
  const made = command.ok ? await makeFresh(io) : fail(io, command.failure);
  const ran = command.ok && made === EXIT.good ? await runCommand(io, command.value) : null;
  if (typeof ran === "number") return ran;
  const exit = ran === null ? made : fail(io, ran);
  return (await isInBisect(io)) ? bisectExit(exit) : exit;
}

async function isInBisect(io: Io): Promise<boolean> {
  const ws = await findWorkspace(io.cwd);
  return ws.ok && isBisecting(ws.value.gitDir);
}

/** `git bisect run` takes 1 to 124 for "bad", which a commit without a build is not: 125 skips it, 128 stops the run. */
function bisectExit(exit: number): number {
  if (exit === EXIT.failed) return 125;
  return Math.max(exit, 128);
}

/** What follows `--`, untouched. */
function commandOf(argv: readonly string[]): Result<readonly string[]> {
  const at = argv.indexOf("--");
  const before = at === -1 ? argv : argv.slice(0, at);
  const command = at === -1 ? [] : argv.slice(at + 1);
  if (before.length === 0 && command.length > 0) return ok(command);
  const [first = ""] = before;
  if (first.startsWith("-")) {
    const options = parse("exec", before);
    if (!options.ok) return options;
  }
  const what =
    before.length === 0 ? "exec needs a command" : `exec takes its command after --, not "${first}"`;
  const meant = [...before, ...command].join(" ") || "pytest";
  return refuse("E104", `${what}. Nothing was changed.`, `rebuild-if-needed exec -- ${meant}`);
}

/** @returns 0 once the outputs are those of this source; else why CMD is not run. */
async function makeFresh(io: Io): Promise<number> {
  const ws = await openToDecide(io);
  if (!ws.ok) return fail(io, ws.failure);
  const ask = { asker: "person", only: null, ignoreOperation: false } as const;
  const looked = await look(ws.value, ask);
  if (!looked.ok) return fail(io, looked.failure);
  const { decision } = looked.value;
  if (decision.decision === "held" || decision.decision === "blocked")
    return fail(io, stoppedFailure(decision));
  // A build that runs swaps its outputs in at its end: under a CMD that runs by then, some old and some new.
  if (decision.decision === "fresh" && runningBuild(ws.value) === null) {
    await settleFresh(looked.value, ask);
    return EXIT.good;
  }
  return runTypedBuild({
    ws: ws.value,
    force: false,
    only: null,
    wait: true,
    write: io.say,
    showOutput: true,
    isRestore: isRestoreOnly(decision),
    seen: seenFirst(looked.value),
  });
}

/** Signals that are sent to us alone, by `kill`, `timeout` or a container's end. */
const FORWARDED = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;
/** Signals of the keyboard: a terminal sends them to the command as well. */
const KEYS = ["SIGINT", "SIGQUIT"] as const;

/** @returns CMD's exit code, or why it did not run. */
function runCommand(io: Io, [program = "", ...args]: readonly string[]): Promise<number | Failure> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: io.cwd, stdio: "inherit" });
    const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
    for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
    for (const signal of KEYS) process.on(signal, () => hasTerminal || child.kill(signal));
    child.on("error", (error) => {
      if (child.pid !== undefined) return; // a signal that came too late
      const why = errorCode(error) === "ENOENT" ? "was not found" : "cannot be run";
      const message = `${program} ${why} (${errorCode(error) ?? error.message}). Nothing was run; the build is fresh.`;
      resolve(failure("E104", message, `command -v ${program}`));
    });
    child.on("close", (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
