import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import test from "node:test";
import { usePackedTool } from "../helpers/packed-tool.ts";
import { cpythonModule, setuptoolsProject } from "../helpers/projects.ts";
import {
  assertDocsPullRebuildsNothing,
  assertPullRebuilds,
  assertRestored,
  createPulledClone,
  setUp,
} from "../helpers/pulled-clone.ts";
import type { Sandbox } from "../helpers/sandbox.ts";
import { sharedVenv, venvAt } from "../helpers/venv-copy.ts";
import type { Venv } from "../helpers/venv.ts";

await usePackedTool();

test("an environment of uv, without pip", async (t) => {
  const scene = await createPulledClone(t, {
    write: (folder) => setuptoolsProject(folder, { add: "a + b" }),
    venv: uvVenv,
  });
  assert.notEqual(
    (await scene.shell.run(scene.clone, [scene.venv.python, "-m", "pip", "--version"])).code,
    0,
  );
  const said = await setUp(scene, "--local");
  assert.match(said, /^ {2}\| \$ \S+\/uv pip install --python \S+\/clone\/\.venv\/bin\/python .*-e \.$/m);
  const output = await scene.evaluate("tinykernels._C", "m.__file__");

  await t.test("a merge that changes a kernel is rebuilt by the hook", async () => {
    await assertPullRebuilds(scene, { "csrc/ops.cpp": cpythonModule("_C", { add: "a + b", mul: "a * b" }) });
    assert.equal(await scene.evaluate("tinykernels._C", "m.mul(6, 7)"), "42.0");
  });
  await t.test("words alone rebuild nothing", () => assertDocsPullRebuildsNothing(scene, output));
  await t.test("a destroyed library is restored without a compiler", () => assertRestored(scene, output));
});

/** Made and filled by uv, which lies in another environment, as it would in `~/.local/bin`. */
async function uvVenv(box: Sandbox, folder: string): Promise<Venv> {
  const uv = join(dirname((await sharedVenv(box, ["uv"])).python), "uv");
  const venv = venvAt(folder, `${dirname(uv)}:${box.environment["PATH"] ?? ""}`);
  for (const args of [
    ["venv", "--python", "python3", folder],
    ["pip", "install", "--python", venv.python, "setuptools>=77"],
  ]) {
    const { code, stderr } = await box.run(box.root, [uv, ...args]);
    assert.equal(code, 0, stderr);
  }
  return venv;
}
