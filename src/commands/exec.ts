import { spawn } from "node:child_process";
import { constants } from "node:os";
import { runTypedBuild } from "../build/typed-build.ts";
import { isRestoreOnly } from "../decide.ts";
import { isBisecting } from "../git/operation.ts";
import { findWorkspace } from "../git/workspace.ts";
import { EXIT, type Failure, failure } from "../report/failure.ts";
import { stoppedFailure } from "../report/stopped.ts";
import { look } from "../run.ts";
import { settleFresh } from "../settle-fresh.ts";
import type { Io } from "./io.ts";
import { fail, openToDecide } from "./start.ts";

/** `exec -- CMD`: make fresh, then run CMD. Its exit code is CMD's, or ours if CMD did not run. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const [program, ...args] = argv[0] === "--" ? argv.slice(1) : argv;
  const isNamed = program !== undefined && !program.startsWith("-");
  const made = isNamed ? await makeFresh(io) : fail(io, nothingToRun());
  const ran = isNamed && made === EXIT.good ? await runCommand(program, args) : null;
  if (ran !== null) return ran;
  const exit = isNamed && made === EXIT.good ? fail(io, cannotRun(program)) : made;
  return (await isInBisect(io)) ? bisectExit(exit) : exit;
}

async function makeFresh(io: Io): Promise<number> {
  const ws = await openToDecide(io);
  if (!ws.ok) return fail(io, ws.failure);
  const ask = { asker: "person", only: null, ignoreOperation: false } as const;
  const looked = await look(ws.value, ask);
  if (!looked.ok) return fail(io, looked.failure);
  const { decision } = looked.value;
  if (decision.decision === "held" || decision.decision === "blocked")
    return fail(io, stoppedFailure(decision));
  if (decision.decision !== "fresh") {
    const isRestore = isRestoreOnly(decision);
    const wish = { force: false, only: null, wait: true, write: io.say, showOutput: true, isRestore };
    return runTypedBuild({ ws: ws.value, ...wish });
  }
  await settleFresh(looked.value, ask);
  return EXIT.good;
}

function nothingToRun(): Failure {
  return failure("E104", "exec needs a command. Nothing was changed.", "rebuild-if-needed exec -- pytest");
}

function cannotRun(program: string): Failure {
  return failure("E104", `${program} cannot be run.`, "rebuild-if-needed exec -- COMMAND");
}

/** @returns CMD's exit code; null: there is no such command. */
function runCommand(program: string, args: readonly string[]): Promise<number | null> {
  return new Promise((resolve) => {
    const ignore = (): void => {}; // the terminal sends ^C to the command as well; its answer is ours
    process.on("SIGINT", ignore).on("SIGTERM", ignore);
    const child = spawn(program, [...args], { stdio: "inherit" });
    child.on("error", () => resolve(null));
    child.on("close", (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
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
