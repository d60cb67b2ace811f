import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { usePackedTool } from "../helpers/packed-tool.ts";
import { torchOperators, torchProject } from "../helpers/projects.ts";
import {
  assertDocsPullRebuildsNothing,
  assertPullRebuilds,
  assertRestored,
  createPulledClone,
  setUp,
} from "../helpers/pulled-clone.ts";
import { sharedVenv } from "../helpers/venv-copy.ts";

await usePackedTool();

test("operators of torch, registered by TORCH_LIBRARY", async (t) => {
  const scene = await createPulledClone(t, {
    write(folder) {
      torchProject(folder, { add: "a + b" });
      writeFileSync(join(folder, "rebuild-if-needed.toml"), config("add"));
    },
    venv: (box) => sharedVenv(box, ["torch==2.13.0", "setuptools>=77", "ninja"]),
  });
  await setUp(scene);
  const output = await scene.evaluate("tinykernels._C", "m.__file__");
  const answer = (name: string): Promise<string> =>
    scene.python(
      "import torch, tinykernels",
      `print(torch.ops.tinykernels.${name}(torch.tensor(6), torch.tensor(7)).item())`,
    );
  assert.equal(await answer("add"), "13");

  await t.test("an operator that upstream added and requires is there after the pull", async () => {
    await assertPullRebuilds(scene, {
      "csrc/ops.cpp": torchOperators({ add: "a + b", mul: "a * b" }),
      "rebuild-if-needed.toml": config("add", "mul"),
    });
    assert.equal(await answer("mul"), "42");
  });
  await t.test(
    "what the callers need is found in torch, with its schema, and a call that does not fit is told",
    async () => {
      await scene.publish({ "tinykernels/api.py": API });
      await scene.pull();
      const { code, stdout, stderr } = await scene.shell.cli(scene.clone, "verify", "--explain");
      assert.equal(code, 0, stdout + stderr);
      const start = stdout.indexOf("  torch.ops.tinykernels.add: ");
      assert.equal(
        stdout.slice(start).replace(/in \d+ ms/, "in N ms"),
        `  torch.ops.tinykernels.add: required, present: tinykernels::add(Tensor a, Tensor b) -> Tensor
    registered: csrc/ops.cpp:9
    used: tinykernels/api.py:3
  torch.ops.tinykernels.mul: required, present: tinykernels::mul(Tensor a, Tensor b) -> Tensor
    registered: csrc/ops.cpp:10
    used: tinykernels/api.py:4
    does not fit: tinykernels/api.py:4: b is not given
tinykernels: good (1 library, 0 modules, 2 names checked in N ms)
  warning: torch.ops.tinykernels.mul: the call at tinykernels/api.py:4 does not fit: b is not given
`,
      );
    },
  );
  await t.test("an operator that is declared and has no kernel is told, for a device or at all", async () => {
    await scene.publish({
      "tinykernels/late.py": LATE,
      "rebuild-if-needed.toml": config("add", "add:CUDA", "mul:CPU").replace(
        "require = [",
        'require = ["tinykernels.late", "torch.ops.late.nothing", "torch.ops.late.composed:XPU", ',
      ),
    });
    await scene.pull();
    const { code, stdout } = await scene.shell.cli(scene.clone, "verify");
    assert.equal(
      stdout.replace(/in \d+ ms/, "in N ms"),
      `tinykernels: 2 problems (1 library, 1 module, 4 names checked in N ms)
  torch.ops.late.nothing: is declared, but has no kernel for any device
    A source with its TORCH_LIBRARY_IMPL was left out of this build.
    next: rebuild-if-needed --force
  torch.ops.tinykernels.add:CUDA: has no kernel for CUDA, only for CPU
    next: rebuild-if-needed --force
  warning: torch.ops.tinykernels.mul: the call at tinykernels/api.py:4 does not fit: b is not given
`,
    );
    assert.equal(code, 1);
    await scene.publish({ "rebuild-if-needed.toml": config("add", "mul") });
    await scene.pull();
  });
  await t.test("words alone rebuild nothing", () => assertDocsPullRebuildsNothing(scene, output));
  await t.test("a destroyed library is restored without a compiler", () => assertRestored(scene, output));
});

const API = `import torch

print(torch.ops.tinykernels.add(1, b=2))
print(torch.ops.tinykernels.mul(1))
`;

const LATE = `import torch

library = torch.library.Library("late", "DEF")
library.define("nothing(Tensor a) -> Tensor")
library.define("composed(Tensor a) -> Tensor")
library.impl("composed", lambda a: a, "CompositeImplicitAutograd")
`;

/** Built in place, so that the environment, which other tests share, is only read. */
function config(...operators: readonly string[]): string {
  return `[[extension]]
name = "tinykernels"
recipe = [["python", "setup.py", "build_ext", "--inplace"]]
require = ${JSON.stringify(operators.map((name) => `torch.ops.tinykernels.${name}`))}
`;
}
