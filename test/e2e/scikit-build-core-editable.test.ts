import assert from "node:assert/strict";
import test from "node:test";
import { usePackedTool } from "../helpers/packed-tool.ts";
import { cpythonModule, skbuildProject } from "../helpers/projects.ts";
import {
  assertDocsPullRebuildsNothing,
  assertPullRebuilds,
  assertRestored,
  createPulledClone,
  setUp,
} from "../helpers/pulled-clone.ts";
import { venvCopy } from "../helpers/venv-copy.ts";

await usePackedTool();

test("an editable install of scikit-build-core, with its library in the environment", async (t) => {
  const scene = await createPulledClone(t, {
    write: (folder) => skbuildProject(folder, { add: "a + b" }),
    venv: (box, folder) => venvCopy(box, folder, ["scikit-build-core"]),
  });
  await setUp(scene, "--local");
  const output = await scene.evaluate("tinykernels._C", "m.__file__");
  assert.match(output, /\/\.venv\/.*\/site-packages\/tinykernels\//);

  await t.test("a merge that changes a kernel is rebuilt by the hook", async () => {
    await assertPullRebuilds(scene, { "csrc/ops.cpp": cpythonModule("_C", { add: "a + b", mul: "a * b" }) });
    assert.equal(await scene.evaluate("tinykernels._C", "m.mul(6, 7)"), "42.0");
  });
  await t.test("words alone rebuild nothing", () => assertDocsPullRebuildsNothing(scene, output));
  await t.test("a destroyed library is restored without a compiler", () => assertRestored(scene, output));
});
