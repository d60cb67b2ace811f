import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownFile } from "../package-root.ts";
import { type ProbeEvent, parseEvents } from "./probe-events.ts";

export interface ProbeLibrary {
  readonly path: string;
  /** Dotted name to load it under. */
  readonly module: string;
  /** Import torch first: the library needs torch's. */
  readonly torch: boolean;
  /** Import by name, packages and all, instead of loading this file alone. */
  readonly byName: boolean;
}

export interface ProbeRequest {
  /** Import roots, used for packages that the environment does not provide; those that come `first` in any case. */
  readonly roots: readonly { readonly root: string; readonly package: string; readonly first: boolean }[];
  /** Python files to compile, without writing the result. */
  readonly sources: readonly string[];
  readonly libraries: readonly ProbeLibrary[];
  readonly modules: readonly { readonly module: string; readonly names: readonly string[] }[];
  /** `namespace::operator`, looked up after all of the above. */
  readonly operators: readonly string[];
  /** Dispatch keys that are asked for beside the usual ones. */
  readonly keys: readonly string[];
  /** What is looked for in the libraries that are loaded; nothing of it is required. */
  readonly lookups: ProbeLookups;
}

export interface ProbeLookups {
  readonly libraries: readonly {
    readonly path: string;
    readonly module: string;
    readonly names: readonly string[];
  }[];
  readonly operators: readonly string[];
}

export const NO_LOOKUPS: ProbeLookups = { libraries: [], operators: [] };

/** How the interpreter ended. `at` is what it was busy with. */
export type ProbeEnd =
  | { readonly kind: "complete" }
  | { readonly kind: "time-limit"; readonly at: string | null; readonly limitMs: number }
  | { readonly kind: "died"; readonly at: string | null; readonly how: string; readonly said: string }
  | { readonly kind: "not-started"; readonly why: string };

export interface ProbeAnswer {
  readonly events: readonly ProbeEvent[];
  readonly end: ProbeEnd;
}

export interface ProbeProcess {
  readonly python: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
}

const MOST_ANSWER_BYTES = 32 * 1024 * 1024;
const KEPT_TEXT = 8 * 1024;
/** How long a stray grandchild may hold the pipes after the interpreter has ended. */
const DRAIN_MS = 500;
/** Variables that make an interpreter wait for a person, or flood its output. */
const REMOVED = ["PYTHONINSPECT", "PYTHONSTARTUP", "PYTHONVERBOSE", "PYTHONDEBUG", "PYTHONPROFILEIMPORTTIME"];

/** One fresh interpreter in an empty folder. A crash and a hang are answers, with what came before them. */
export async function runProbe(request: ProbeRequest, process_: ProbeProcess): Promise<ProbeAnswer> {
  const folder = await mkdtemp(join(tmpdir(), "rebuild-if-needed-probe-"));
  try {
    return await runIn(folder, request, process_);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runIn(
  folder: string,
  request: ProbeRequest,
  { python, environment, timeoutMs }: ProbeProcess,
): Promise<ProbeAnswer> {
  const { execa } = await import("execa");
  const child = execa(python, ["-B", ownFile("dist", "verify", "probe.py")], {
    cwd: folder,
    env: probeEnvironment(environment),
    extendEnv: false,
    detached: true, // its own process group, so that what it starts ends with it
    reject: false,
    buffer: false,
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  const end = (): void => endGroup(child.pid);
  process.once("exit", end);
  const answers = collect(child.stdio[3], MOST_ANSWER_BYTES, "first");
  const errors = collect(child.stderr, KEPT_TEXT, "last");
  const printed = collect(child.stdout, KEPT_TEXT, "last");
  let isLate = false;
  const close = (): void =>
    [child.stdout, child.stderr, child.stdio[3]].forEach((stream) => stream.destroy());
  const limit = setTimeout(() => {
    isLate = true;
    end();
    setTimeout(close, DRAIN_MS).unref();
  }, timeoutMs);
  child.once("exit", () => {
    end();
    setTimeout(close, DRAIN_MS).unref();
  });
  child.stdin.on("error", () => {}); // it may die before it reads
  child.stdin.end(JSON.stringify(request));
  const result = await child;
  clearTimeout(limit);
  process.removeListener("exit", end);
  const { events, at, isComplete } = parseEvents(answers());
  if (isComplete) return { events, end: { kind: "complete" } };
  if (isLate) return { events, end: { kind: "time-limit", at, limitMs: timeoutMs } };
  if (child.pid === undefined)
    return { events, end: { kind: "not-started", why: result.originalMessage ?? "unknown" } };
  const how = result.signal === undefined ? `exit code ${result.exitCode ?? "unknown"}` : result.signal;
  return { events, end: { kind: "died", at, how, said: lastWords(errors(), printed()) } };
}

function probeEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !REMOVED.includes(name));
  return {
    ...Object.fromEntries(kept),
    CUDA_VISIBLE_DEVICES: "",
    PYTHONDONTWRITEBYTECODE: "1",
    PYTHONFAULTHANDLER: "1",
  };
}

function collect(stream: NodeJS.ReadableStream, limit: number, keep: "first" | "last"): () => string {
  let text = Buffer.alloc(0);
  stream.on("data", (chunk: Buffer) => {
    if (keep === "first" && text.length > limit) return;
    text = Buffer.concat([text, chunk]);
    if (keep === "last" && text.length > limit) text = text.subarray(text.length - limit);
  });
  stream.on("error", () => {}); // the other end died: what it said until then counts
  return () => text.toString("utf8");
}

/** The line that names the trouble: above the stack that faulthandler prints, if it is there. */
function lastWords(errors: string, printed: string): string {
  const stack = errors.search(/^(Fatal Python error|Current thread|Thread 0x)/m);
  const before = (stack >= 0 ? errors.slice(0, stack) : errors).trim();
  const lines = (before === "" ? printed.trim() : before).split("\n");
  return (lines.at(-1) ?? "").slice(0, 300);
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // all of it has ended
  }
}
