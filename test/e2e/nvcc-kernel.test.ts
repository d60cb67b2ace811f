import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { usePackedTool } from "../helpers/packed-tool.ts";
import { moduleBody } from "../helpers/projects/cpython-module.ts";
import { nvccProject } from "../helpers/projects.ts";
import {
  assertDocsPullRebuildsNothing,
  assertPullRebuilds,
  assertRestored,
  createPulledClone,
  setUp,
} from "../helpers/pulled-clone.ts";
import { venvCopy } from "../helpers/venv-copy.ts";

await usePackedTool();

const COMPILER = "nvcc";
const isThere = spawnSync(COMPILER, ["--version"]).status === 0;
/** Under CI a missing compiler is a failure, not a reason to skip. */
const skip = isThere || process.env["CI"] !== undefined ? false : `there is no ${COMPILER} on PATH`;

test("a kernel that nvcc compiles, linked into an extension", { skip }, async (t) => {
  const scene = await createPulledClone(t, {
    write: (folder) => nvccProject(folder, { add: "a + b" }),
    venv: (box, folder) => venvCopy(box, folder, []),
  });
  await setUp(scene);
  const output = await scene.evaluate("tinykernels._cuda", "m.__file__");

  await t.test("a kernel's new body is compiled by the hook, though no name has changed", async () => {
    const before = readFileSync(output);
    const kernel = readFileSync(join(scene.upstream, "csrc/kernel.cuh"), "utf8");
    await assertPullRebuilds(scene, { "csrc/kernel.cuh": kernel.replace("= value;", "= value * value;") });
    assert.notDeepEqual(readFileSync(output), before);
  });
  await t.test("a new function is there after the pull", async () => {
    const functions = moduleBody("_cuda", { add: "a + b", mul: "a * b" });
    await assertPullRebuilds(scene, {
      "csrc/kernel.cu": `#include <Python.h>\n#include "kernel.cuh"\n${functions}`,
    });
    assert.equal(await scene.evaluate("tinykernels._cuda", "m.mul(6, 7)"), "42.0");
  });
  await t.test("words alone rebuild nothing", () => assertDocsPullRebuildsNothing(scene, output));
  await t.test("a destroyed library is restored without a compiler", () => assertRestored(scene, output));
});
