import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, isAbsolute, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Decision } from "../../src/model.ts";
import { endProcessesIn } from "./end-processes.ts";
import { hermeticEnvironment } from "./environment.ts";
import { type RunResult, runProcess } from "./run.ts";

export type { RunResult } from "./run.ts";

/** The part of node:test's context that a sandbox needs. */
interface Cleanup {
  after(task: () => void): void;
}

export interface SandboxOptions {
  /** "real": commits and reflog carry the present time. Default: one fixed moment. */
  readonly clock?: "fixed" | "real";
}

export interface CommandOptions {
  /** Over the sandbox's own; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  readonly limitMs?: number;
}

export type CheckAnswer = Decision & { readonly version: 1 };

/** A temp folder with a home and an environment of its own; every command runs inside it. */
export interface Sandbox {
  /** Real path of the temp folder. */
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The same folder, with some variables changed for all that is run through the answer. */
  with(env: Readonly<Record<string, string | undefined>>): Sandbox;
  /** Absolute path of something in the sandbox. */
  path(...parts: readonly string[]): string;
  write(path: string, content: string | Buffer): void;
  read(path: string): string;
  run(cwd: string, argv: readonly string[], options?: CommandOptions): Promise<RunResult>;
  /** stdout, without the newline at its end. Throws with all output when git fails. */
  git(cwd: string, ...args: readonly string[]): Promise<string>;
  /** `git init` with the branch `main`; gives the folder. */
  repository(name: string): Promise<string>;
  /** Adds and commits all that is not ignored; gives the commit id. */
  commit(cwd: string, message: string): Promise<string>;
  cli(cwd: string, ...args: readonly string[]): Promise<RunResult>;
  /** The command with `--json` added, and its parsed answer. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the answer's shape
  cliJson<T = CheckAnswer>(
    cwd: string,
    ...args: readonly string[]
  ): Promise<RunResult & { readonly json: T }>;
}

/** Makes a sandbox that is gone, with every process in it, when the test has ended. */
export function createSandbox(t: Cleanup, options: SandboxOptions = {}): Sandbox {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "rebuild-if-needed-test-")));
  t.after(() => {
    endProcessesIn(root);
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  });
  const home = join(root, "home");
  mkdirSync(home);
  return sandboxAt(root, hermeticEnvironment(home, options.clock ?? "fixed"));
}

/** The program under test: `REBUILD_IF_NEEDED_TEST_CLI` (an installed tarball), else `dist/cli.js` of this package. */
export function programUnderTest(): string {
  return process.env["REBUILD_IF_NEEDED_TEST_CLI"] ?? join(packageRoot(), "dist", "cli.js");
}

/** Folder of this package's package.json, wherever the tests were compiled to. */
export function packageRoot(): string {
  for (const start of [dirname(fileURLToPath(import.meta.url)), process.cwd()]) {
    for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
      const file = join(folder, "package.json");
      if (existsSync(file) && readFileSync(file, "utf8").includes('"name": "rebuild-if-needed"'))
        return folder;
    }
  }
  throw new Error("run the tests inside the package, or name the program by REBUILD_IF_NEEDED_TEST_CLI");
}

function sandboxAt(root: string, environment: Readonly<Record<string, string>>): Sandbox {
  const inside = (path: string): string => insideOf(root, path);
  const run: Sandbox["run"] = (cwd, argv, { env = {}, input, limitMs = 300_000 } = {}) =>
    runProcess(argv, { cwd: inside(cwd), env: merge(environment, env), input, limitMs });
  const git: Sandbox["git"] = async (cwd, ...args) => {
    const result = await run(cwd, ["git", ...args]);
    if (result.code === 0) return result.stdout.trimEnd();
    throw new Error(`git ${args.join(" ")} (exit ${result.code})\n${result.stdout}${result.stderr}`);
  };
  const cli: Sandbox["cli"] = (cwd, ...args) => run(cwd, [process.execPath, programUnderTest(), ...args]);
  return {
    root,
    environment,
    with: (env) => sandboxAt(root, merge(environment, env)),
    path: (...parts) => inside(join(root, ...parts)),
    write(path, content) {
      mkdirSync(dirname(inside(path)), { recursive: true });
      writeFileSync(inside(path), content);
    },
    read: (path) => readFileSync(inside(path), "utf8"),
    run,
    git,
    async repository(name) {
      const folder = inside(name);
      mkdirSync(folder, { recursive: true });
      await git(folder, "init", "--quiet", "--initial-branch=main");
      return folder;
    },
    async commit(cwd, message) {
      await git(cwd, "add", "--all");
      await git(cwd, "commit", "--quiet", "--allow-empty", "--message", message);
      return git(cwd, "rev-parse", "HEAD");
    },
    cli,
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the answer's shape
    async cliJson<T>(cwd: string, ...args: readonly string[]) {
      const result = await cli(cwd, ...args, "--json");
      return { ...result, json: parse<T>(result, args) };
    },
  };
}

/** A relative path is meant from the sandbox's root. Nothing outside a temp folder is ever touched. */
function insideOf(root: string, path: string): string {
  const full = isAbsolute(path) ? resolve(path) : resolve(root, path);
  const isTemp =
    dirname(root) === realpathSync(tmpdir()) && basename(root).startsWith("rebuild-if-needed-test-");
  if (isTemp && (full === root || full.startsWith(root + sep))) return full;
  throw new Error(`${full} is outside the sandbox ${root}`);
}

function merge(
  base: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const merged: Record<string, string> = { ...base };
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete merged[name];
    else merged[name] = value;
  }
  return merged;
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the answer's shape
function parse<T>(result: RunResult, args: readonly string[]): T {
  try {
    return JSON.parse(result.stdout) as T;
  } catch {
    throw new Error(
      `no JSON from ${args.join(" ")} (exit ${result.code})\n${result.stdout}\n${result.stderr}`,
    );
  }
}
