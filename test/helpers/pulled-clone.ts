import assert from "node:assert/strict";
import { statSync } from "node:fs";
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
  /** What a fresh interpreter prints for an expression after an import, without the newline. */
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
    async evaluate(module, expression) {
      const code = `import ${module} as m; print(${expression})`;
      return (await must(box.run(clone, [venv.python, "-c", code]))).trimEnd();
    },
    async builds() {
      return (await shell.cliJson<{ builds: readonly Build[] }>(clone, "history")).json.builds;
    },
  };
}

/** `init` and the first build, by what a person types. */
export async function setUp(scene: PulledClone, ...options: readonly string[]): Promise<void> {
  const { shell, clone, must } = scene;
  assert.match(await must(shell.cli(clone, "init", "--yes", ...options)), /no build yet: `rebuild-if-needed` makes one/);
  await must(shell.cli(clone));
  assert.equal((await shell.cliJson(clone, "check")).json.decision, "fresh");
}

/** A commit that changes a text and nothing else: the hook says nothing, starts nothing and changes no file. */
export async function assertDocsPullRebuildsNothing(scene: PulledClone, output: string, file = "README.md"): Promise<void> {
  await scene.publish({ [file]: `Written at ${process.hrtime.bigint()}.\n` }, "words only");
  await assertQuietPull(scene, output, () => scene.pull());
}

/** Whatever `pull` does, it brings no word of ours, no build, no compiler and no other output. */
export async function assertQuietPull(scene: PulledClone, output: string, pull: () => Promise<string>): Promise<void> {
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
