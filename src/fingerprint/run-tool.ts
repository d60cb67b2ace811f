import { childProcess } from "../late-modules.ts";

/** A probe that takes longer hangs: a licence dialog, a dead network share. */
const TIME_LIMIT_MS = 20_000;

interface ToolRun {
  readonly argv: readonly [string, ...string[]];
  readonly environment: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Gives stderr too: `nvcc --dryrun` and `g++ -v` answer there. */
  readonly withErrors?: boolean;
  /** For a question that may stay without an answer. */
  readonly timeLimitMs?: number;
}

/** stdout of a short probe such as `g++ -dumpversion`, or null when it fails or hangs. */
export function runTool(run: ToolRun): Promise<string | null> {
  const [program, ...args] = run.argv;
  return new Promise((resolve) => {
    // Own process group: a wrapper's child would keep the pipe open after the wrapper was killed.
    const child = childProcess().spawn(program, args, {
      cwd: run.cwd ?? "/",
      env: run.environment,
      stdio: ["ignore", "pipe", run.withErrors === true ? "pipe" : "ignore"],
      detached: true,
    });
    const out: Buffer[] = [];
    const timer = setTimeout(() => killGroup(child.pid), run.timeLimitMs ?? TIME_LIMIT_MS);
    child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => out.push(chunk));
    child.on("error", () => {
      clearTimeout(timer);
      resolve(null);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve(code === 0 ? Buffer.concat(out).toString("utf8") : null);
    });
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself in this moment.
  }
}
