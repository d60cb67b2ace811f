import assert from "node:assert/strict";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { usePackedTool } from "../helpers/packed-tool.ts";
import { cmakeProject, cpythonModule } from "../helpers/projects.ts";
import {
  assertDocsPullRebuildsNothing,
  assertPullRebuilds,
  assertRestored,
  createPulledClone,
  setUp,
} from "../helpers/pulled-clone.ts";
import { venvCopy } from "../helpers/venv-copy.ts";

await usePackedTool();

/** Where CMake leaves the library is the project's own choice; the preset only knows the build directory. */
const CONFIG = `[[extension]]
name = "tinykernels"
outputs = ["tinykernels/*.so"]
require = ["tinykernels._C:add"]
`;

test("a CMake project with its library in the package", async (t) => {
  const scene = await createPulledClone(t, {
    write(folder) {
      cmakeProject(folder, { add: "a + b" });
      appendFileSync(join(folder, "rebuild-if-needed.toml"), CONFIG);
    },
    venv: (box, folder) => venvCopy(box, folder, []),
  });
  await setUp(scene);
  const output = await scene.evaluate("tinykernels._C", "m.__file__");

  await t.test("a source that upstream added is built by the hook", async () => {
    const lists = readFileSync(join(scene.upstream, "CMakeLists.txt"), "utf8");
    await assertPullRebuilds(scene, {
      "CMakeLists.txt": lists.replace("csrc/ops.cpp", "csrc/ops.cpp csrc/mul.cpp"),
      "csrc/mul.cpp": "double multiply(double a, double b) { return a * b; }\n",
      "csrc/ops.cpp": `double multiply(double, double);\n${cpythonModule("_C", { add: "a + b", mul: "multiply(a, b)" })}`,
    });
    assert.equal(await scene.evaluate("tinykernels._C", "m.mul(6, 7)"), "42.0");
  });
  await t.test("words alone rebuild nothing", () => assertDocsPullRebuildsNothing(scene, output));
  await t.test("a destroyed library is restored without a compiler", () => assertRestored(scene, output));
});
