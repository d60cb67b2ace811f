/** Two clones of one upstream: `real` with our hooks and a first build, `twin` with hooks that only note that they ran. */
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { HOOK_NAMES } from "../../../src/install/hook-names.ts";
import { mustRun } from "../driven-project.ts";
import { createSandbox, type Sandbox } from "../sandbox.ts";
import { RECIPE } from "./recipe.ts";

export interface Ground {
  readonly box: Sandbox;
  /** Work tree with our hooks. */
  readonly real: string;
  /** The same without; what is done to one is done to the other. */
  readonly twin: string;
  /** Where both pull from. */
  readonly upstream: string;
  /** Commits of the submodule `csrc/sub`; empty where there is none. */
  readonly libraryCommits: readonly string[];
  /** The program that is the recipe. */
  readonly tool: string;
}

const CONFIG = `preset = "none"

[[extension]]
name = "core"
inputs = ["csrc/**"]
outputs = ["pkg/glue.py", "pkg/more.py"]
build-dirs = ["work"]
recipe = [["stamp"]]
`;

const FILES: Readonly<Record<string, string>> = {
  ".gitignore": "/pkg/*\n!/pkg/__init__.py\n/work/\n__pycache__/\n*.log\n",
  "README.md": "readme\n",
  "rebuild-if-needed.toml": CONFIG,
  "csrc/a.txt": "one\n",
  "csrc/b.txt": "two\n",
  "csrc/deep/c.txt": "three\n",
  "app/main.py": "PLACE = 1\n",
  "pkg/__init__.py": "",
};

/** All of it, built once. */
export async function createGround(
  t: Parameters<typeof createSandbox>[0],
  { submodule }: { readonly submodule: boolean },
): Promise<Ground> {
  const outer = createSandbox(t);
  const tool = outer.path("bin", "stamp");
  const PATH = `${outer.path("bin")}:${outer.environment["PATH"] ?? ""}`;
  const box = outer.with({ PATH, GIT_ALLOW_PROTOCOL: "file" });
  mkdirSync(box.path("drive"));
  box.write(tool, RECIPE);
  chmodSync(tool, 0o755);

  const upstream = await box.repository("upstream");
  for (const [path, text] of Object.entries(FILES)) box.write(join(upstream, path), text);
  const libraryCommits = submodule ? await addSubmodule(box, upstream) : [];
  await box.commit(upstream, "first");
  box.write(join(upstream, "README.md"), "more\n");
  await box.commit(upstream, "second"); // the first, without which nothing is ignored, is never gone back to

  const real = box.path("real");
  const twin = box.path("twin");
  for (const clone of [real, twin]) {
    await box.git(box.root, "clone", "--quiet", "--recurse-submodules", upstream, clone);
  }
  for (const hook of HOOK_NAMES) {
    const file = join(twin, ".git", "hooks", hook);
    box.write(file, `#!/bin/sh\necho "$PWD \${0##*/} $*" >>'${box.path("fired")}'\n`);
    chmodSync(file, 0o755);
  }
  box.write("fired", "");
  await mustRun(box, real, "init", "--yes");
  await mustRun(box, real);
  return { box, real, twin, upstream, libraryCommits, tool };
}

/** Puts `csrc/sub` into upstream. @returns the commits that it can be at, oldest first. */
async function addSubmodule(box: Sandbox, upstream: string): Promise<string[]> {
  const library = await box.repository("library");
  const commits: string[] = [];
  for (const word of ["four", "five", "six"]) {
    box.write(join(library, "lib.txt"), `${word}\n`);
    commits.push(await box.commit(library, word));
  }
  await box.git(upstream, "submodule", "--quiet", "add", library, "csrc/sub");
  return commits;
}
