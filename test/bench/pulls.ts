/** Clones of a made history that have pulled a commit which changed Python files alone. */
import { copyFileSync, existsSync } from "node:fs";
import type { Sandbox } from "../helpers/sandbox.ts";
import { until } from "../helpers/until.ts";

export interface Size {
  /** Files of the repository. */
  readonly tracked: number;
  /** Python files that the pull changes. */
  readonly changed: number;
}

export const NATIVE = 250;

/** A bare repository with the branches `main` and `new`, made without a work tree; gives its folder. */
export async function makeHistory(box: Sandbox, { tracked, changed }: Size): Promise<string> {
  const source = box.path("bench", "source");
  await must(box, box.root, ["git", "init", "--quiet", "--bare", "--initial-branch=main", source]);
  const blob = (mark: number, text: string): string => `blob\nmark :${mark}\ndata ${text.length}\n${text}\n`;
  const commit = (branch: string): string =>
    `commit refs/heads/${branch}\ncommitter C <c@example.invalid> 1772366400 +0000\ndata 0\n`;
  const python = (at: number): string => `lib/d${at % 1000}/m${at}.py`;
  const lines = [
    blob(1, "x = 1\n"),
    blob(2, "x = 2\n"),
    blob(3, "core\n"),
    blob(4, "/pkg/\n/rebuild-if-needed.toml\n"),
    commit("main"),
    "M 100644 :3 csrc/core.txt\nM 100644 :4 .gitignore\n",
  ];
  for (let at = 0; at < NATIVE; at++) lines.push(`M 100644 :1 csrc/d${at % 20}/k${at}.cu\n`);
  for (let at = 0; at < tracked - NATIVE - 2; at++) lines.push(`M 100644 :1 ${python(at)}\n`);
  lines.push("\n", commit("new"), "from refs/heads/main\n");
  for (let at = 0; at < changed; at++) lines.push(`M 100644 :2 ${python(at)}\n`);
  await must(box, source, ["git", "fast-import", "--quiet"], lines.join(""));
  return source;
}

/** A clone that stands at `main`, knows `new`, and runs no hook. */
export async function cloneOf(box: Sandbox, source: string, name: string): Promise<string> {
  const top = box.path("bench", name);
  await must(box, box.root, ["git", "clone", "--quiet", "--shared", source, top]);
  return top;
}

/** Pulls `new` without hooks: what a hook then sees is there, and none has looked. */
export async function pull(box: Sandbox, top: string): Promise<void> {
  await must(box, top, [
    "git",
    "-c",
    "core.hooksPath=/dev/null",
    "merge",
    "--quiet",
    "--ff-only",
    "origin/new",
  ]);
}

export interface Pulled {
  readonly top: string;
  /** Puts the script back that stood before the pull: the next look is the first one after it. */
  readonly forget: () => void;
}

/**
 * A clone with our hooks, whose verified build is that of `main`, and that has then pulled `new` and looked once.
 * @param inputs globs, as TOML. @param edited a file that is dirty in that build.
 */
export async function pulledClone(
  box: Sandbox,
  source: string,
  name: string,
  inputs: string,
  edited?: string,
): Promise<Pulled> {
  const top = await cloneOf(box, source, name);
  const extension = `name = "core"\ninputs = [${inputs}]\noutputs = ["pkg/glue.py"]\nrecipe = [["cp", "csrc/core.txt", "pkg/glue.py"]]\n`;
  box.write(`${top}/rebuild-if-needed.toml`, `[[extension]]\n${extension}`);
  box.write(`${top}/pkg/__init__.py`, "");
  if (edited !== undefined) box.write(`${top}/${edited}`, "x = 3\n");
  for (const args of [["init", "--yes"], []]) {
    const { code, stdout, stderr } = await box.cli(top, ...args);
    if (code !== 0) throw new Error(stdout + stderr);
  }
  const script = `${top}/.git/rebuild-if-needed/fresh.sh`;
  const kept = box.path("bench", `${name}.fresh.sh`);
  const look = (): Promise<void> => must(box, top, [`${top}/.git/hooks/post-merge`, "0"]);
  await until(async () => {
    await look(); // it is not written while a file is younger than a tick
    return existsSync(script);
  }, "fresh.sh");
  copyFileSync(script, kept);
  await pull(box, top);
  await look();
  return { top, forget: () => copyFileSync(kept, script) };
}

/** Runs a command to its end. Throws with its output when it fails. */
export async function must(
  box: Sandbox,
  cwd: string,
  argv: readonly string[],
  input?: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const options = { limitMs: 600_000, env, ...(input === undefined ? {} : { input }) };
  const { code, stdout, stderr } = await box.run(cwd, argv, options);
  if (code !== 0) throw new Error(`${argv.join(" ")} (exit ${code})\n${stdout}${stderr}`);
}
