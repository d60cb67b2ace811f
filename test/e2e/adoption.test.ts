import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { usePackedTool } from "../helpers/packed-tool.ts";
import { cpythonModule, setuptoolsProject } from "../helpers/projects.ts";
import { createSandbox } from "../helpers/sandbox.ts";
import { venvCopy } from "../helpers/venv-copy.ts";

await usePackedTool();

test("a build by hand is dated at init, and what moved since is named", async (t) => {
  const plain = createSandbox(t, { clock: "real" });
  const clone = await plain.repository("clone");
  const project = setuptoolsProject(clone, { add: "a + b" });
  const venv = await venvCopy(plain, join(clone, ".venv"), ["setuptools>=77"]);
  const box = plain.with(venv.activated);
  const first = await box.commit(clone, "first");
  await nextSecond();
  assert.equal((await box.run(clone, project.build)).code, 0);
  writeFileSync(project.source, cpythonModule("_C", { add: "a + b + 1" }));
  await box.commit(clone, "another body, the same names");

  const { code, stdout } = await box.cli(clone, "init", "--local", "--yes");
  assert.equal(code, 0, stdout);
  assert.match(
    stdout,
    new RegExp(
      `^tinykernels: your build is of \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d, ${first.slice(0, 9)}$`,
      "m",
    ),
  );
  assert.match(stdout, /^rebuild \(clean\): tinykernels\n {2}.*csrc\/ops\.cpp/m);

  const { code: stale, json } = await box.cliJson(clone, "check");
  assert.equal(stale, 10);
  assert.deepEqual(
    json.extensions[0]?.reasons.map(({ kind, path }) => ({ kind, path })),
    [{ kind: "input-changed", path: "csrc/ops.cpp" }],
  );

  await t.test("the next event builds it", async () => {
    await box.git(clone, "commit", "--quiet", "--allow-empty", "--message", "an event");
    assert.equal((await box.cli(clone, "wait")).code, 0);
    const call = ["python", "-c", "import tinykernels._C as m; print(m.add(40, 1))"];
    assert.equal((await box.run(clone, call)).stdout, "42.0\n");
  });
});

/** The reflog has whole seconds, and a build in the second of its commit is no evidence. */
async function nextSecond(): Promise<void> {
  const second = Math.floor(Date.now() / 1000);
  while (Math.floor(Date.now() / 1000) === second) await new Promise((resolve) => setTimeout(resolve, 10));
}
