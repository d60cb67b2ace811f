/** simple-git-hooks, the real one. It writes over hooks that it has an entry for, and deletes all others. */
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { createManagerScene, LOOKED, type ManagerScene } from "../helpers/manager-scene.ts";
import { NEW_GIT, SKIP_WITHOUT_NEW_GIT } from "../helpers/new-git.ts";
import { npmPrograms } from "../helpers/npm-packages.ts";

const PACKAGE = '{"simple-git-hooks": {"post-merge": "echo simple-was-here"}}\n';

test("simple-git-hooks, then ours: both run; uninstall gives it its hook back, byte for byte", async (t) => {
  const scene = await createManagerScene(t, { "package.json": PACKAGE });
  await simpleGitHooks(scene);
  const before = scene.snapshot();
  await scene.install();
  const said = await scene.merge();
  assert.match(said, /simple-was-here/);
  assert.match(said, LOOKED);
  assert.match(await scene.commit(), LOOKED);
  await scene.uninstall();
  assert.deepEqual(scene.snapshot(), before);
});

test("simple-git-hooks over ours: all of ours have gone, which is said; install, uninstall: its own stays", async (t) => {
  const scene = await createManagerScene(t, { "package.json": PACKAGE });
  await scene.install();
  await simpleGitHooks(scene);
  const alone = scene.snapshot();
  assert.deepEqual(Object.keys(alone), ["config", "hooks/post-merge"]);
  assert.doesNotMatch(await scene.merge(), LOOKED);
  const names = "post-merge, post-checkout, post-rewrite, post-commit, post-applypatch, post-index-change";
  assert.equal(
    scene.lostLine(),
    `rebuild-if-needed: hooks of ours have gone: ${names} (simple-git-hooks took their place). Next: rebuild-if-needed install`,
  );
  assert.equal(
    await scene.doctor(),
    `hooks: ${names.split(", ").join(" is overwritten, ")} is overwritten. Next: rebuild-if-needed install`,
  );
  const { stderr } = await scene.box.cli(scene.top, "status");
  assert.match(stderr, /^rebuild-if-needed: hooks of ours have gone: post-merge, /m);

  await scene.install();
  assert.match(await scene.merge(), /simple-was-here[^]*rebuild-if-needed: no verified build/);
  assert.equal(scene.lostLine(), null);
  await scene.uninstall();
  assert.deepEqual(scene.snapshot(), alone);
});

test(
  "with git 2.54, git's configuration starts ours: simple-git-hooks deletes nothing of it",
  { skip: SKIP_WITHOUT_NEW_GIT },
  async (t) => {
    const scene = await createManagerScene(t, { "package.json": PACKAGE }, NEW_GIT);
    const bare = scene.snapshot();
    await scene.install({ useConfig: true });
    await simpleGitHooks(scene);
    const said = await scene.merge();
    assert.match(said, /simple-was-here/);
    assert.match(said, LOOKED);
    assert.match(await scene.commit(), LOOKED);
    assert.equal(scene.lostLine(), null);
    await scene.uninstall();
    assert.deepEqual(scene.snapshot()["config"], bare["config"]);
    assert.doesNotMatch(await scene.merge(), LOOKED);
  },
);

async function simpleGitHooks(scene: ManagerScene): Promise<void> {
  const program = join(await npmPrograms("simple-git-hooks@2.14.0"), "simple-git-hooks");
  const { code, stdout, stderr } = await scene.run([program]);
  assert.equal(code, 0, stdout + stderr);
}
