import { spawn } from "node:child_process";

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: Record<string, string>;
  readonly input?: string | undefined;
  /** A command that takes longer hangs: it is ended, and that is an error of the test. */
  readonly limitMs: number;
}

/**
 * Runs one command to its end, which includes that nobody holds its output open any more: a hook that leaves a
 * builder on the caller's pipe makes this wait, as it would make `git pull | cat` wait.
 */
export function runProcess(argv: readonly string[], options: RunOptions): Promise<RunResult> {
  const [program = "", ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: "pipe",
      detached: true,
    });
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
    child.stdin.on("error", () => {}); // a command need not read its input
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      child.stdout.destroy();
      child.stderr.destroy();
      reject(new Error(`no end after ${options.limitMs} ms: ${argv.join(" ")}\n${text(out)}${text(errors)}`));
    }, options.limitMs);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({
        code: code ?? (signal === "SIGINT" ? 130 : 128),
        stdout: text(out),
        stderr: text(errors),
      });
    });
    child.stdin.end(options.input);
  });
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}
