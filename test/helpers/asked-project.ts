/** A project whose build is asked what it read. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Baseline, BuildAnswer } from "../../src/model.ts";
import { mustRun } from "./driven-project.ts";
import { createSandbox, type Sandbox } from "./sandbox.ts";
import { venvCopy } from "./venv-copy.ts";

export interface AskedProject {
  readonly box: Sandbox;
  readonly top: string;
  write(path: string, text: string): void;
  /** Commits what there is and builds; gives what the baseline holds, or the builder's notes where it holds nothing. */
  build(...args: readonly string[]): Promise<BuildAnswer | string>;
}

/** @param packages for the environment in `.venv`, which the recipe builds with. */
export async function askedProject(
  t: Parameters<typeof createSandbox>[0],
  files: Readonly<Record<string, string>>,
  packages: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<AskedProject> {
  const outer = createSandbox(t);
  const top = await outer.repository("project");
  const write = (path: string, text: string): void => outer.write(join(top, path), text);
  for (const [path, text] of Object.entries({ ".gitignore": IGNORED, ...files })) write(path, text);
  await outer.commit(top, "first");
  const { activated } = await venvCopy(outer, join(top, ".venv"), packages);
  const box = outer.with({ ...activated, ...env });
  await mustRun(box, top, "init", "--yes");
  return {
    box,
    top,
    write,
    async build(...args) {
      await box.commit(top, "next");
      await mustRun(box, top, ...args);
      const state = join(top, ".git/rebuild-if-needed");
      const [name = ""] = readdirSync(join(state, "baselines"));
      const baseline: Baseline = JSON.parse(box.read(join(state, "baselines", name)));
      if (baseline.answer !== undefined) return baseline.answer;
      const log = box.read(join(state, "builds", baseline.buildId, "log.jsonl"));
      return log
        .split("\n")
        .filter((line) => line.includes("what this build read"))
        .join("\n");
    },
  };
}

const IGNORED = "*.so\n*.o\n__pycache__/\n*.egg-info/\n/build/\n/.venv/\n/csrc/generated.h\n";
