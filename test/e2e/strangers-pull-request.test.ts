import assert from "node:assert/strict";
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { usePackedTool } from "../helpers/packed-tool.ts";
import { cpythonModule, setuptoolsProject } from "../helpers/projects.ts";
import { createPulledClone, setUp } from "../helpers/pulled-clone.ts";
import { venvCopy } from "../helpers/venv-copy.ts";

await usePackedTool();

test("a stranger's pull request runs nothing before it is allowed", async (t) => {
  const scene = await createPulledClone(t, {
    write: (folder) => setuptoolsProject(folder, { add: "a + b" }),
    venv: (box, folder) => venvCopy(box, folder, ["setuptools>=77"]),
  });
  const { shell, clone, upstream, must, compilers } = scene;
  await setUp(scene, "--local");

  const trace = shell.path("trace");
  const theirs = shell.with({ GIT_COMMITTER_NAME: "Sam Else", GIT_COMMITTER_EMAIL: "sam@example.invalid" });
  const fork = shell.path("fork");
  await theirs.git(shell.root, "clone", "--quiet", upstream, fork);
  const mark = (what: string): string => `open(${JSON.stringify(trace)}, "a").write("${what} ")\n`;
  appendFileSync(join(fork, "setup.py"), mark("recipe"));
  appendFileSync(join(fork, "tinykernels/__init__.py"), mark("import"));
  shell.write(join(fork, "csrc/ops.cpp"), cpythonModule("_C", { add: "a + b", mul: "a * b" }));
  await theirs.commit(fork, "Faster kernels");
  await theirs.git(fork, "push", "--quiet", "origin", "HEAD:refs/pull/7/head");
  const starts = compilers.starts();

  await t.test("fetched and checked out: one line that names allow", async () => {
    await shell.git(clone, "fetch", "--quiet", "origin", "pull/7/head");
    const said = await must(shell.run(clone, ["git", "checkout", "--quiet", "FETCH_HEAD"]));
    assert.match(
      said,
      /^rebuild-if-needed: E301 held: tinykernels .*"Faster kernels".* Next: .*rebuild-if-needed allow\n$/,
    );
    await scene.wait();
  });
  for (const command of [[], ["check"], ["verify"], ["doctor"], ["exec", "--", "true"]]) {
    await t.test(`\`rebuild-if-needed ${command.join(" ")}\` ends with 3`, async () => {
      const { code, stdout, stderr } = await shell.cli(clone, ...command);
      assert.equal(code, 3, stdout + stderr);
    });
  }
  await t.test("`allow` shows the commit and allows nothing", async () => {
    const { code, stdout, stderr } = await shell.cli(clone, "allow");
    assert.equal(code, 3);
    assert.match(stdout, /^[0-9a-f]{9} "Faster kernels" by Ada Author/);
    assert.match(stderr, /Next: git show [0-9a-f]{9}, then: rebuild-if-needed allow --yes\n$/);
  });
  assert.equal(existsSync(trace), false, "nothing of theirs was run or imported");
  assert.equal(compilers.starts(), starts);

  await t.test("after `allow --yes` it is built", async () => {
    await must(shell.cli(clone, "allow", "--yes"));
    await must(shell.cli(clone));
    assert.match(shell.read(trace), /recipe/);
    assert.equal(await scene.evaluate("tinykernels._C", "m.mul(6, 7)"), "42.0");
  });
});
