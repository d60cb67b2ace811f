import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createSandbox, packageRoot, type RunResult, type Sandbox } from "../helpers/sandbox.ts";

/** A package of our own to write in. */
interface Copy {
  readonly box: Sandbox;
  readonly folder: string;
  run(...args: readonly string[]): Promise<RunResult>;
  /** The one file of kept code. */
  kept(): string;
}

function copyOfPackage(t: TestContext): Copy {
  const box = createSandbox(t);
  const folder = box.path("package");
  for (const part of ["dist", "hooks", "package.json"])
    cpSync(join(packageRoot(), part), join(folder, part), { recursive: true });
  symlinkSync(join(packageRoot(), "node_modules"), join(folder, "node_modules"));
  return {
    box,
    folder,
    run: (...args) => box.run(box.root, [process.execPath, join(folder, "dist", "cli.js"), ...args]),
    kept() {
      const [name = "", ...others] = readdirSync(join(folder, "compiled"));
      assert.deepEqual(others, []);
      return join(folder, "compiled", name);
    },
  };
}

test("the second start uses what the first compiled", async (t) => {
  const copy = copyOfPackage(t);
  const first = await copy.run("help");
  assert.equal(first.code, 0);
  const { ino } = statSync(copy.kept());
  const second = await copy.run("help");
  assert.equal(second.stdout, first.stdout);
  assert.equal(statSync(copy.kept()).ino, ino, "written again, so it was not used");
});

test("a program of the same length is not run with the code of the one before", async (t) => {
  const copy = copyOfPackage(t);
  const { stdout } = await copy.run("help");
  assert.match(stdout, /Usage|usage/);
  const program = join(copy.folder, "dist", "main.js");
  const text = readFileSync(program, "latin1");
  const changed = text.replaceAll("Usage", "Egasu").replaceAll("usage", "egasu");
  assert.equal(changed.length, text.length);
  assert.notEqual(changed, text);
  writeFileSync(program, changed, "latin1");
  assert.match((await copy.run("help")).stdout, /Egasu|egasu/);
});

test("kept code that is cut, changed or no code at all is not run", async (t) => {
  const copy = copyOfPackage(t);
  const { stdout } = await copy.run("help");
  const good = readFileSync(copy.kept());
  const middle = Math.floor(good.length / 2);
  const flipped = Buffer.from(good);
  flipped[middle] = (flipped[middle] ?? 0) ^ 255;
  for (const bad of [good.subarray(0, middle), flipped, Buffer.alloc(good.length), Buffer.from("\n")]) {
    writeFileSync(copy.kept(), bad);
    const result = await copy.run("help");
    assert.deepEqual([result.code, result.stdout], [0, stdout], result.stderr);
    assert.ok(readFileSync(copy.kept()).length >= good.length - 10_000, "not mended");
  }
});

test("a folder that cannot be written is no hindrance", async (t) => {
  const copy = copyOfPackage(t);
  writeFileSync(join(copy.folder, "compiled"), "a file of somebody's\n");
  assert.equal((await copy.run("help")).code, 0);
  assert.equal(readFileSync(join(copy.folder, "compiled"), "utf8"), "a file of somebody's\n");
  rmSync(join(copy.folder, "compiled"));
  assert.equal((await copy.run("help")).code, 0);
  copy.kept();
});

test("a run that fails keeps nothing: it has not seen what a good one runs", async (t) => {
  const copy = copyOfPackage(t);
  assert.notEqual((await copy.run("check")).code, 0); // no repository
  assert.throws(() => copy.kept(), /ENOENT/);
});
