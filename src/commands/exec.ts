import { spawn } from "node:child_process";
import { constants } from "node:os";
import { runTypedBuild } from "../build/typed-build.ts";
import { isRestoreOnly } from "../decide.ts";
import { EXIT, failure } from "../report/failure.ts";
import { stoppedFailure } from "../report/stopped.ts";
import { look } from "../run.ts";
import { settleFresh } from "../settle-fresh.ts";
import type { Io } from "./io.ts";
import { fail, openWorkspace } from "./start.ts";

/** `exec -- CMD`: make fresh, then run CMD. Its exit code is CMD's, or ours if CMD did not run. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const [program, ...args] = argv[0] === "--" ? argv.slice(1) : argv;
  if (program === undefined || program.startsWith("-")) {
    return fail(
      io,
      failure("E104", "exec needs a command. Nothing was changed.", "rebuild-if-needed exec -- pytest"),
    );
  }
  const ws = await openWorkspace(io);
  if (!ws.ok) return fail(io, ws.failure);
  const ask = { asker: "person", only: null, ignoreOperation: false } as const;
  const looked = await look(ws.value, ask);
  if (!looked.ok) return fail(io, looked.failure);
  const { decision } = looked.value;
  if (decision.decision === "held" || decision.decision === "blocked")
    return fail(io, stoppedFailure(decision));
  if (decision.decision === "fresh") await settleFresh(looked.value, ask);
  else {
    const isRestore = isRestoreOnly(decision);
    const exit = await runTypedBuild({
      ws: ws.value,
      force: false,
      only: null,
      wait: true,
      write: io.say,
      showOutput: true,
      isRestore,
    });
    if (exit !== EXIT.good) return exit;
  }
  return runCommand(io, program, args);
}

function runCommand(io: Io, program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const ignore = (): void => {}; // the terminal sends ^C to the command as well; its answer is ours
    process.on("SIGINT", ignore).on("SIGTERM", ignore);
    const child = spawn(program, [...args], { cwd: io.cwd, stdio: "inherit" });
    child.on("error", () => {
      resolve(fail(io, failure("E104", `${program} cannot be run.`, "rebuild-if-needed exec -- COMMAND")));
    });
    child.on("close", (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
