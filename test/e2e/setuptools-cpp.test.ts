import assert from "node:assert/strict";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { usePackedTool } from "../helpers/packed-tool.ts";
import { cpythonModule, setuptoolsProject } from "../helpers/projects.ts";
import {
  assertDocsPullRebuildsNothing,
  assertPullRebuilds,
  assertQuietPull,
  assertRestored,
  createPulledClone,
  setUp,
} from "../helpers/pulled-clone.ts";
import { venvCopy } from "../helpers/venv-copy.ts";

await usePackedTool();

test("a setuptools C++ extension through a day of pulls", async (t) => {
  const scene = await createPulledClone(t, {
    write: (folder) => setuptoolsProject(folder, { add: "a + b" }),
    venv: (box, folder) => venvCopy(box, folder, ["setuptools>=77"]),
  });
  const { clone, shell, compilers, evaluate } = scene;
  await setUp(scene, "--local");
  const output = await evaluate("tinykernels._C", "m.__file__");
  assert.equal(output.startsWith(`${clone}/tinykernels/`), true, output);

  await t.test("a merge that changes a kernel is rebuilt by the hook", async () => {
    await assertPullRebuilds(scene, { "csrc/ops.cpp": cpythonModule("_C", { add: "a + b", mul: "a * b" }) });
    assert.equal(await evaluate("tinykernels._C", "m.mul(6, 7)"), "42.0");
  });

  await t.test("a merge of words alone rebuilds nothing", () => assertDocsPullRebuildsNothing(scene, output));

  await t.test("a pull from a bare environment rebuilds nothing", async () => {
    await scene.publish({ "README.md": "bare\n" });
    await assertQuietPull(scene, output, () => {
      forgetFastAnswer(clone);
      const bare = [
        "env",
        "-i",
        `HOME=${shell.path("home")}`,
        "PATH=/usr/bin:/bin",
        "git",
        "pull",
        "--quiet",
      ];
      return scene.must(shell.run(clone, bare));
    });
  });

  await t.test("a pull under another activated venv rebuilds nothing", async () => {
    const { activated } = await venvCopy(shell, "other-venv", ["setuptools>=77"]);
    const other = shell.with({ ...activated, CFLAGS: "-O3", CXX: "clang++" });
    await scene.publish({ "README.md": "activated\n" });
    await assertQuietPull(scene, output, () => {
      forgetFastAnswer(clone);
      return scene.must(other.run(clone, ["git", "pull", "--quiet"]));
    });
  });

  await t.test("deleted and emptied outputs are restored without a compiler", () =>
    assertRestored(scene, output),
  );

  await t.test("an output that was deleted before a pull is restored by its hook", async () => {
    await scene.publish({ "README.md": "restored\n" });
    rmSync(output);
    const starts = compilers.starts();
    assert.match(await scene.pull(), /^rebuild-if-needed: restored: tinykernels in /m);
    assert.equal(statSync(output).isFile(), true);
    assert.equal(compilers.starts(), starts);
  });

  await t.test("to a built branch and back starts no compiler", async () => {
    await shell.git(clone, "switch", "--quiet", "--create", "feature");
    writeFileSync(join(clone, "csrc/ops.cpp"), cpythonModule("_C", { add: "a + b", sub: "a - b" }));
    await shell.commit(clone, "subtract");
    await scene.wait();
    assert.equal(await evaluate("tinykernels._C", "m.sub(50, 8)"), "42.0");
    const starts = compilers.starts();
    await shell.git(clone, "switch", "--quiet", "main");
    await scene.wait();
    assert.equal(await evaluate("tinykernels._C", "(m.mul(6, 7), hasattr(m, 'sub'))"), "(42.0, False)");
    await shell.git(clone, "switch", "--quiet", "feature");
    await scene.wait();
    assert.equal(await evaluate("tinykernels._C", "(m.sub(50, 8), hasattr(m, 'mul'))"), "(42.0, False)");
    assert.equal(compilers.starts(), starts);
  });
});

/** Without fresh.sh the hook goes the long way, through Node. */
function forgetFastAnswer(clone: string): void {
  rmSync(join(clone, ".git/rebuild-if-needed/fresh.sh"), { force: true });
}
