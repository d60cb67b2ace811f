import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { childProcess } from "../late-modules.ts";
import { gitEnvironment, PINNED } from "./git.ts";

/**
 * A git process that answers requests in their order: `cat-file --batch`, `diff-tree --stdin`. It starts when first
 * asked, and again after it has failed.
 */
export interface GitChild {
  /** @returns what `take` cut from the front of the answers; null when the process ended before that. */
  ask<T>(request: Buffer | string, take: Take<T>): Promise<T | null>;
  /** Ends the process: without it the program would not end. */
  close(): void;
}

/** An answer and how many bytes it took; or how many there must be at least, when that are too few. */
export type Take<T> = (bytes: Buffer) => { readonly value: T; readonly used: number } | number;

interface Waiting {
  /** Negative: that many bytes are needed; else the bytes used. */
  readonly feed: (bytes: Buffer) => number;
  readonly fail: () => void;
}

/** @param cwd folder to run in; config and environment are pinned as in git.ts. */
export function openGitChild(cwd: string, args: readonly string[]): GitChild {
  const waiting: Waiting[] = [];
  let chunks: Buffer[] = [];
  let length = 0;
  let needed = 1;
  let child: ReturnType<typeof start> | null = null;
  let isClosed = false;

  const onEnd = (): void => {
    child = null; // a missing object ends git; the next question starts another
    chunks = [];
    length = 0;
    needed = 1;
    for (const one of waiting.splice(0)) one.fail();
  };
  const onData = (chunk: Buffer): void => {
    chunks.push(chunk);
    length += chunk.length;
    if (length < needed) return; // a big answer is joined once, not once a chunk
    let bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    needed = 1;
    for (let next = waiting[0]; next !== undefined && bytes.length >= needed; next = waiting[0]) {
      const used = next.feed(bytes);
      if (used < 0) needed = -used;
      else {
        waiting.shift();
        bytes = bytes.subarray(used);
      }
    }
    chunks = [bytes];
    length = bytes.length;
  };
  return {
    ask(request, take) {
      if (isClosed) return Promise.resolve(null);
      child ??= start(cwd, args, onData, onEnd);
      const { stdin } = child;
      return new Promise((resolve) => {
        waiting.push({
          feed: (bytes) => {
            const taken = take(bytes);
            if (typeof taken === "number") return -Math.max(taken, bytes.length + 1);
            resolve(taken.value);
            return taken.used;
          },
          fail: () => resolve(null),
        });
        stdin.write(request);
      });
    },
    close() {
      isClosed = true;
      child?.stdin.end();
    },
  };
}

function start(
  cwd: string,
  args: readonly string[],
  onData: (chunk: Buffer) => void,
  onEnd: () => void,
): ChildProcessWithoutNullStreams {
  const child = childProcess().spawn("git", [...PINNED, ...args], {
    cwd,
    env: gitEnvironment(),
    stdio: "pipe",
  });
  child.stderr.resume(); // not read, but a full pipe would stop git
  child.stdin.on("error", () => {}); // git ended early; "close" tells
  child.stdout.on("data", onData);
  child.once("error", onEnd);
  child.once("close", onEnd);
  return child;
}
