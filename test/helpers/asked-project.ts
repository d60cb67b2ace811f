/** A project whose build is asked what it read. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Baseline, BuildAnswer } from "../../src/model.ts";
import { mustRun } from "./driven-project.ts";
import { createSandbox, type Sandbox } from "./sandbox.ts";
import type { Venv } from "./venv.ts";
import { venvCopy } from "./venv-copy.ts";

export interface AskedProject {
  readonly box: Sandbox;
  readonly top: string;
  write(path: string, text: string): void;
  /** Commits what there is and builds; gives what the baseline holds. */
  build(): Promise<BuildAnswer>;
  /** The same where the baseline must hold nothing; gives the builder's note that says why. */
  note(env?: Readonly<Record<string, string>>): Promise<string>;
}

/** @param packages for an environment in `.venv`, which the recipe builds with; or what gives another one. */
export async function askedProject(
  t: Parameters<typeof createSandbox>[0],
  files: Readonly<Record<string, string>>,
  packages: readonly string[] | ((box: Sandbox) => Promise<Venv>),
  prepare: (box: Sandbox) => Sandbox = (box) => box,
): Promise<AskedProject> {
  const outer = createSandbox(t);
  const top = await outer.repository("project");
  const write = (path: string, text: string): void => outer.write(join(top, path), text);
  for (const [path, text] of Object.entries({ ".gitignore": IGNORED, ...files })) write(path, text);
  await outer.commit(top, "first");
  const { activated } =
    typeof packages === "function"
      ? await packages(outer)
      : await venvCopy(outer, join(top, ".venv"), packages);
  const box = prepare(outer.with(activated));
  await mustRun(box, top, "init", "--yes");
  const build = async (shell: Sandbox): Promise<Baseline> => {
    await box.commit(top, "next");
    await mustRun(shell, top);
    const folder = join(top, ".git/rebuild-if-needed/baselines");
    const [name = ""] = readdirSync(folder);
    const baseline: Baseline = JSON.parse(box.read(join(folder, name)));
    return baseline;
  };
  const noteOf = ({ buildId }: Baseline): string => {
    const log = box.read(join(top, ".git/rebuild-if-needed/builds", buildId, "log.jsonl"));
    return log.split("\n").find((line) => line.includes("what this build read")) ?? log;
  };
  return {
    box,
    top,
    write,
    async build() {
      const baseline = await build(box);
      return baseline.answer ?? assert.fail(noteOf(baseline));
    },
    async note(env = {}) {
      const baseline = await build(box.with(env));
      assert.equal(baseline.answer, undefined);
      return noteOf(baseline);
    },
  };
}

const IGNORED = "*.so\n*.o\n__pycache__/\n*.egg-info/\n/build/\n/.venv/\n";
