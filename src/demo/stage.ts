import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { compilerStarts, installCompiler, installCounter } from "./counting-compiler.ts";
import type { Ground } from "./ground.ts";
import type { ProjectFiles } from "./project.ts";
import { formatCommand, shorten } from "./transcript.ts";

export interface DemoRequest {
  /** `dist/cli.js` of this package. */
  readonly program: string;
  readonly node: string;
  /** Leave the temp folder for a look. */
  readonly keep: boolean;
  write(line: string): void;
}

/** What a command did, and how long it took. */
export interface Shown {
  readonly code: number;
  /** stdout and stderr as they came. */
  readonly output: string;
  readonly ms: number;
}

/** A temp folder with an upstream repository, and a clone of it in which all commands run. */
export class Stage {
  readonly root: string;
  readonly upstream: string;
  readonly clone: string;
  /** Claims that did not hold. */
  readonly broken: string[] = [];
  readonly ground: Ground;
  readonly #request: DemoRequest;
  readonly #environment: Record<string, string>;

  constructor(request: DemoRequest, ground: Ground) {
    this.#request = request;
    this.ground = ground;
    this.root = realpathSync(mkdtempSync(join(tmpdir(), "rebuild-if-needed-demo-")));
    this.upstream = join(this.root, "upstream");
    this.clone = join(this.root, "tinyflash");
    const home = join(this.root, "home");
    for (const folder of [home, this.upstream, this.clone]) mkdirSync(folder);
    installCompiler(this.root, ground.compiler, []);
    if (ground.nvcc !== null) installCounter(this.root, "nvcc", ground.nvcc, []);
    const venv = join(this.clone, ".venv");
    this.#environment = {
      ...hermetic(home),
      PATH: [join(this.root, "bin"), join(venv, "bin"), ...ground.path].join(":"),
      VIRTUAL_ENV: venv,
    };
  }

  say(text: string): void {
    this.#request.write(text);
  }

  /** Prints the command as a person would type it in the clone, runs it, and prints what it printed. */
  async show(argv: readonly string[]): Promise<Shown> {
    this.say(`$ ${formatCommand(argv)}`);
    const shown = await this.run(this.clone, argv);
    for (const line of shorten(shown.output)) this.say(line.replaceAll(this.root, "~"));
    return shown;
  }

  /** Runs without a word. `rebuild-if-needed` is the program of this package. */
  async run(
    cwd: string,
    argv: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Shown> {
    const { execa } = await import("execa");
    const [program = "", ...args] =
      argv[0] === "rebuild-if-needed" ? [this.#request.node, this.#request.program, ...argv.slice(1)] : argv;
    const started = performance.now();
    const result = await execa(program, args, {
      cwd,
      env: { ...this.#environment, ...env },
      extendEnv: false,
      reject: false,
      all: true,
      stdin: "ignore",
    });
    return { code: result.exitCode ?? 1, output: result.all, ms: performance.now() - started };
  }

  /** Like `run`, for steps that the demo itself needs. */
  async must(
    cwd: string,
    argv: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const { code, output } = await this.run(cwd, argv, env);
    if (code !== 0) throw new Error(`${formatCommand(argv)} ended with ${code}\n${output}`);
    return output.trim();
  }

  /** A commit in the upstream repository; gives its id. */
  async publish(message: string, files: ProjectFiles): Promise<string> {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.upstream, path);
      mkdirSync(dirname(file), { recursive: true });
      if (text === null) rmSync(file, { force: true });
      else writeFileSync(file, text);
    }
    await this.must(this.upstream, ["git", "add", "--all"]);
    await this.must(this.upstream, ["git", "commit", "--quiet", "--message", message]);
    return this.must(this.upstream, ["git", "rev-parse", "HEAD"]);
  }

  /** Says whether something that the demo promises is so; one that is not fails the demo. */
  claim(text: string, holds: boolean): void {
    this.say(`  ${holds ? "✓" : "✗"} ${text}`);
    if (!holds) this.broken.push(text);
  }

  compilerStarts(): number {
    return compilerStarts(this.root);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** No home, git config, CI or settings of this tool from outside: the demo is the same everywhere. */
function hermetic(home: string): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of ["TMPDIR", "SDKROOT", "DEVELOPER_DIR", "LD_LIBRARY_PATH"]) {
    const value = process.env[name];
    if (value !== undefined) kept[name] = value;
  }
  return {
    ...kept,
    HOME: home,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: "Dev",
    GIT_AUTHOR_EMAIL: "dev@example.invalid",
    GIT_COMMITTER_NAME: "Dev",
    GIT_COMMITTER_EMAIL: "dev@example.invalid",
    PYTHONDONTWRITEBYTECODE: "1",
    LC_ALL: "C.UTF-8",
  };
}
