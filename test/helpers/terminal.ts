/** Runs a command on a real terminal (a pseudo-terminal of its own session), and types on it. */
import { spawn } from "node:child_process";
import type { Sandbox } from "./sandbox.ts";

export interface Terminal {
  /** What the screen has shown so far, with plain newlines. */
  shown(): string;
  type(keys: string): void;
  hasEnded(): boolean;
  /** Closes the window: whatever runs on it gets SIGHUP. */
  close(): void;
  /** Code as a shell shows it. Comes when nobody holds the terminal any more. */
  readonly ended: Promise<{ readonly code: number; readonly shown: string }>;
}

export const CTRL_C = "\u0003";

const PROGRAM = `import os, pty, select, sys
pid, screen = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
watched = [0, screen]
while True:
    ready = select.select(watched, [], [])[0]
    if screen in ready:
        try:
            data = os.read(screen, 65536)
        except OSError:
            break
        if not data:
            break
        os.write(1, data)
    if 0 in ready:
        keys = os.read(0, 1024)
        if keys:
            os.write(screen, keys)
        else:
            watched = [screen]
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(code if code >= 0 else 128 - code)
`;

/** Starts a command on a terminal of its own. */
export function onTerminal(
  box: Sandbox,
  cwd: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Terminal {
  const child = spawn("python3", ["-c", PROGRAM, ...argv], {
    cwd,
    env: { ...box.environment, ...env },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let text = "";
  let isOver = false;
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  child.stdin.on("error", () => {});
  const shown = (): string => text.replaceAll("\r\n", "\n");
  const ended = new Promise<{ code: number; shown: string }>((resolve) => {
    child.on("close", (code) => {
      isOver = true;
      resolve({ code: code ?? 128, shown: shown() });
    });
  });
  return {
    shown,
    type: (keys) => void child.stdin.write(keys),
    hasEnded: () => isOver,
    close: () => void child.kill("SIGKILL"),
    ended,
  };
}
