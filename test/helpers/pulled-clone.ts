import assert from "node:assert/strict";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Compilers, countedCompilers } from "./compilers.ts";
import { createSandbox, type RunResult, type Sandbox } from "./sandbox.ts";
import type { Venv } from "./venv.ts";

/** One line of `history --json`. */
export interface Build {
  readonly trigger: string;
  readonly action: "rebuild" | "restore" | "undo";
  readonly result: string;
  readonly failure?: { readonly code: string; readonly message: string };
}

/** An upstream repository, a clone of it, and the shell of the person who works in the clone. */
export interface PulledClone {
  /** An activated venv, with counted compilers on PATH. */
  readonly shell: Sandbox;
  readonly upstream: string;
  readonly clone: string;
  readonly venv: Venv;
  readonly compilers: Compilers;
  /** Changes files of upstream and commits them. */
  publish(files: Readonly<Record<string, string>>, message?: string): Promise<string>;
  /** `git pull` in the clone; gives all that a person reads. */
  pull(): Promise<string>;
  /** Waits for the build that a hook has started, which must end well. */
  wait(): Promise<void>;
  /** What a fresh interpreter prints, without the newline at its end. */
  python(...lines: readonly string[]): Promise<string>;
  /** An expression of the module `m`. */
  evaluate(module: string, expression: string): Promise<string>;
  builds(): Promise<readonly Build[]>;
  /** The command must end with 0; gives its output. */
  must(result: Promise<RunResult>): Promise<string>;
}

export interface CloneRequest {
  /** Writes the first commit of upstream. */
  readonly write: (folder: string) => unknown;
  /** Makes the environment; by convention `.venv` in the clone. */
  readonly venv: (box: Sandbox, folder: string) => Promise<Venv>;
}

export async function createPulledClone(
  t: Parameters<typeof createSandbox>[0],
  request: CloneRequest,
): Promise<PulledClone> {
  const box = createSandbox(t);
  const upstream = await box.repository("upstream");
  await request.write(upstream);
  await box.commit(upstream, "first");
  const clone = box.path("clone");
  await box.git(box.root, "clone", "--quiet", upstream, clone);
  const venv = await request.venv(box, join(clone, ".venv"));
  const compilers = countedCompilers(box);
  const shell = box.with({ ...venv.activated, PATH: `${compilers.folder}:${venv.activated.PATH}` });

  const must: PulledClone["must"] = async (pending) => {
    const { code, stdout, stderr } = await pending;
    assert.equal(code, 0, stdout + stderr);
    return stdout + stderr;
  };
  const python: PulledClone["python"] = async (...lines) => {
    const { code, stdout, stderr } = await box.run(clone, [venv.python, "-c", lines.join("\n")]);
    assert.equal(code, 0, stderr);
    return stdout.trimEnd();
  };
  return {
    shell,
    upstream,
    clone,
    venv,
    compilers,
    must,
    async publish(files, message = "change") {
      for (const [path, text] of Object.entries(files)) box.write(join(upstream, path), text);
      return box.commit(upstream, message);
    },
    pull: () => must(shell.run(clone, ["git", "pull", "--quiet"])),
    async wait() {
      await must(shell.cli(clone, "wait"));
    },
    python,
    evaluate: (module, expression) => python(`import ${module} as m`, `print(${expression})`),
    async builds() {
      return (await shell.cliJson<{ builds: readonly Build[] }>(clone, "history")).json.builds;
    },
  };
}

/** `init` and the first build, by what a person types; gives what the build printed. */
export async function setUp(scene: PulledClone, ...options: readonly string[]): Promise<string> {
  const { shell, clone, must } = scene;
  assert.match(
    await must(shell.cli(clone, "init", "--yes", ...options)),
    /no build yet: `rebuild-if-needed` makes one/,
  );
  const said = await must(shell.cli(clone));
  assert.notEqual(scene.compilers.starts(), 0, "the first build is counted, so that none can be told later");
  assert.equal((await shell.cliJson(clone, "check")).json.decision, "fresh");
  return said;
}

/** A commit of upstream whose pull makes the hook rebuild, in the background, to a good end. */
export async function assertPullRebuilds(
  scene: PulledClone,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  await scene.publish(files, "native change");
  await assertRebuiltBy(scene, "post-merge", () => scene.pull());
}

/** Whatever `event` does, its hook says that it rebuilds, and that build is the next in the history. */
export async function assertRebuiltBy(
  scene: PulledClone,
  hook: string,
  event: () => Promise<string>,
): Promise<void> {
  const before = await scene.builds();
  assert.match(await event(), /^rebuild-if-needed: rebuilding \S+ in the background/m);
  await scene.wait();
  const added = (await scene.builds()).slice(before.length);
  assert.deepEqual(
    added.map(({ trigger, action, result }) => ({ trigger, action, result })),
    [{ trigger: hook, action: "rebuild", result: "good" }],
  );
  assert.equal((await scene.shell.cliJson(scene.clone, "check")).json.decision, "fresh");
}

/** Deleted, then emptied: each is seen and cured without a compiler. */
export async function assertRestored(scene: PulledClone, output: string): Promise<void> {
  const built = readFileSync(output);
  const starts = scene.compilers.starts();
  for (const destroy of [rmSync, (path: string) => writeFileSync(path, "")]) {
    destroy(output);
    assert.equal((await scene.shell.cliJson(scene.clone, "check")).json.decision, "restore");
    await scene.must(scene.shell.cli(scene.clone));
    assert.deepEqual(readFileSync(output), built);
  }
  assert.equal(scene.compilers.starts(), starts);
}

/** A commit that changes a text and nothing else: the hook says nothing, starts nothing and changes no file. */
export async function assertDocsPullRebuildsNothing(
  scene: PulledClone,
  output: string,
  file = "README.md",
): Promise<void> {
  await scene.publish({ [file]: `Written at ${process.hrtime.bigint()}.\n` }, "words only");
  await assertQuietPull(scene, output, () => scene.pull());
}

/** Whatever `pull` does, it brings no word of ours, no build, no compiler and no other output. */
export async function assertQuietPull(
  scene: PulledClone,
  output: string,
  pull: () => Promise<string>,
): Promise<void> {
  const before = await stateOf(scene, output);
  assert.doesNotMatch(await pull(), /rebuild-if-needed/);
  await scene.wait();
  assert.deepEqual(await stateOf(scene, output), before);
  assert.equal(await headOf(scene, scene.clone), await headOf(scene, scene.upstream));
}

async function stateOf(scene: PulledClone, output: string): Promise<object> {
  const { ino, mtimeNs, size } = statSync(output, { bigint: true });
  return { ino, mtimeNs, size, starts: scene.compilers.starts(), builds: (await scene.builds()).length };
}

function headOf({ shell }: PulledClone, folder: string): Promise<string> {
  return shell.git(folder, "rev-parse", "HEAD");
}
