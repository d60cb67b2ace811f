/** A look that asks git for no list of untracked files has looked where one could be an input, and found none. */
import assert from "node:assert/strict";
import { lstatSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import test from "node:test";
import fc from "fast-check";
import { candidateMatcher } from "../../src/fingerprint/inputs.ts";
import { mayHoldUntrackedInputs } from "../../src/fingerprint/untracked-inputs.ts";
import { readWorkTree } from "../../src/git/work-tree.ts";
import { findWorkspace } from "../../src/git/workspace.ts";
import { anExtension } from "../helpers/extension.ts";
import { createSandbox, packageRoot } from "../helpers/sandbox.ts";

const FOLDERS = ["csrc", "csrc/deep", "csrc/deep/er", "csrc/__pycache__", "cmake", "cmake/x", "pkg", "."];
const NAMES = ["a.cu", "b.h", "c.cmake", "setup.py", "d.toml", "é.cu", "CMakeLists.txt"];
const GLOBS = [
  "csrc/**",
  "csrc/**/*.cu",
  "cmake/*.cmake",
  "setup.py",
  "*.toml",
  "pkg/deep/**",
  "!csrc/deep/**",
];
const KINDS = ["file", "link", "folder link", "repository", "empty folder", "folder for file"] as const;

interface Change {
  readonly folder: string;
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
}

const changes = fc.array(
  fc.record({
    folder: fc.constantFrom(...FOLDERS),
    name: fc.constantFrom(...NAMES),
    kind: fc.oneof({ weight: 4, arbitrary: fc.constant("file" as const) }, fc.constantFrom(...KINDS)),
  }),
  { maxLength: 4 },
);

test("where the answer is no, git lists no candidate either", async (t) => {
  const box = createSandbox(t);
  let count = 0;
  let noes = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(NAMES),
      fc.subarray(GLOBS, { minLength: 1 }),
      fc.constantFrom("", "*.h\n", "csrc/deep/\n", "*.cu\n!csrc/a.cu\n"),
      changes,
      async (tracked, inputs, ignored, made) => {
        const name = `repository-${count++}`;
        const top = await box.repository(name);
        box.write(`${name}/keep`, "");
        for (const file of tracked) box.write(`${name}/csrc/${file}`, "");
        await box.commit(top, "one");
        box.write(`${name}/.gitignore`, ignored);
        for (const change of made) await make(name, change);
        const ws = await findWorkspace(top);
        assert.ok(ws.ok);
        const tree = await readWorkTree(ws.value);
        assert.ok(tree !== null);
        const extension = anExtension({ inputs });
        if (mayHoldUntrackedInputs(top, tree, [extension])) return;
        noes++;
        const matches = candidateMatcher(extension);
        const missed = tree.untracked.filter((path) =>
          matches(path, lstatSync(`${top}/${path}`).isSymbolicLink()),
        );
        assert.deepEqual(missed, []);
      },
    ),
    { numRuns: 150 },
  );
  assert.ok(noes > 20, `only ${noes} of ${count} trees were answered without git`);

  async function make(repository: string, { folder, name, kind }: Change): Promise<void> {
    const path = `${repository}/${folder}/${name}`;
    const full = box.path(path);
    const there = lstatSync(full, { throwIfNoEntry: false });
    if (kind === "folder for file") rmSync(full, { recursive: true, force: true });
    else if (there !== undefined || lstatSync(dirname(full), { throwIfNoEntry: false })?.isSymbolicLink())
      return;
    mkdirSync(dirname(full), { recursive: true });
    if (kind === "file") box.write(path, "");
    else if (kind === "link") symlinkSync("keep", full);
    else if (kind === "folder link") symlinkSync(box.path(repository), full);
    else if (kind === "empty folder") mkdirSync(full);
    else if (kind === "folder for file") box.write(`${path}/inner.cu`, "");
    else {
      await box.run(dirname(full), ["git", "init", "--quiet", name]);
      box.write(`${path}/inner.h`, "");
    }
  }
});

test("a fresh look at fixed folders loads neither node:child_process nor node:crypto", async (t) => {
  const box = createSandbox(t);
  const top = await box.repository("project");
  box.write("project/csrc/a.txt", "a\n");
  box.write("project/.gitignore", "/pkg/glue.py\n");
  box.write("project/pkg/glue.py", "x = 1\n");
  box.write(
    "project/rebuild-if-needed.toml",
    '[[extension]]\nname = "core"\ninputs = ["csrc/**"]\noutputs = ["pkg/glue.py"]\nrecipe = [["true"]]\n',
  );
  await box.commit(top, "one");
  assert.equal((await box.cli(top, "init", "--yes", "--assume-fresh")).code, 0);
  box.write(
    "spy.cjs",
    'process.on("exit", () => console.error(process.moduleLoadList.filter((name) => / (crypto|child_process|net)$/.test(name)).join()));',
  );
  const look = (): Promise<string> =>
    box
      .run(top, [process.execPath, "--require", box.path("spy.cjs"), `${packageRoot()}/dist/cli.js`, "check"])
      .then(({ stdout, stderr }) => stdout + stderr);
  assert.equal(await look(), "fresh: core is the build of this source\n\n");
  box.write("project/csrc/b.txt", "new\n");
  assert.match(await look(), /csrc\/b\.txt is new[^]*NativeModule child_process/);
});
