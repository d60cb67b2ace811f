/** lefthook 2, the real one. It puts hooks that it finds away, and its hooks call nothing of others. */
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { createManagerScene, LOOKED, writeHook, type ManagerScene } from "../helpers/manager-scene.ts";
import { NEW_GIT, SKIP_WITHOUT_NEW_GIT } from "../helpers/new-git.ts";
import { npmPrograms } from "../helpers/npm-packages.ts";

const CONFIG = `
post-merge:
  commands:
    note:
      run: echo lefthook-was-here
`;
const LEFTHOOK = "lefthook@2.2.2";
const TAKEN =
  "rebuild-if-needed: hooks of ours have gone: post-merge (lefthook took their place). Next: rebuild-if-needed install";

test("lefthook, then ours: both run; uninstall gives lefthook its hook back, byte for byte", async (t) => {
  const scene = await createLefthookScene(t);
  await lefthook(scene, "install");
  const before = scene.snapshot();
  const { managers } = await scene.install();
  assert.deepEqual(
    managers.map(({ name, advice }) => `${name}: ${advice}`),
    [
      "lefthook: `lefthook install` puts our hooks away as .old where it has hooks of the same name: " +
        "run `rebuild-if-needed install` again after it",
    ],
  );
  const said = await scene.merge();
  assert.match(said, /lefthook-was-here/);
  assert.match(said, LOOKED);
  assert.match(await scene.doctor(), /^hooks: git runs 6 of 6$/);
  assert.equal(scene.lostLine(), null);
  await scene.uninstall();
  assert.deepEqual(scene.snapshot(), before);
});

test("lefthook over ours: ours does not run, which check, doctor and the next install know", async (t) => {
  const scene = await createLefthookScene(t);
  const bare = scene.snapshot();
  await scene.install();
  await lefthook(scene, "install");
  const said = await scene.merge();
  assert.match(said, /lefthook-was-here/);
  assert.doesNotMatch(said, LOOKED);
  assert.equal(await scene.doctor(), "hooks: post-merge is overwritten. Next: rebuild-if-needed install");
  assert.equal(scene.lostLine(), TAKEN);
  const { stderr, stdout } = await scene.box.cli(scene.top, "check");
  assert.match(stderr, new RegExp(`^${TAKEN.replace(/[().]/g, "\\$&")}$`, "m"));
  assert.doesNotMatch(stdout, /hooks of ours/);

  await scene.install();
  assert.match(await scene.merge(), LOOKED);
  await lefthook(scene, "install"); // again: nothing of an earlier round is in its way
  await scene.install();
  const both = await scene.merge();
  assert.match(both, /lefthook-was-here/);
  assert.match(both, LOOKED);

  await scene.uninstall();
  await lefthook(scene, "uninstall");
  assert.deepEqual(scene.snapshot(), bare, "no .old, no .before-rebuild-if-needed");
});

test("a hook of yours, ours, lefthook, uninstall: yours is where `lefthook uninstall` looks for it", async (t) => {
  const scene = await createLefthookScene(t);
  writeHook(scene, "post-merge", "#!/bin/sh\necho mine\n");
  const before = scene.snapshot();
  await scene.install();
  await lefthook(scene, "install");
  await scene.uninstall();
  await lefthook(scene, "uninstall");
  assert.deepEqual(scene.snapshot(), before);
});

test(
  "with git 2.54, git's configuration starts ours: lefthook may come and go",
  { skip: SKIP_WITHOUT_NEW_GIT },
  async (t) => {
    const scene = await createLefthookScene(t, NEW_GIT);
    await lefthook(scene, "install");
    const before = scene.snapshot();
    assert.equal((await scene.install({ useConfig: true })).location.kind, "config");
    for (const again of [["install"], ["install", "--force"]]) {
      await lefthook(scene, ...again);
      const said = await scene.merge();
      assert.match(said, /lefthook-was-here/);
      assert.match(said, LOOKED);
      assert.equal(scene.lostLine(), null);
    }
    assert.equal(await scene.doctor(), "hooks: git runs 6 of 6, by its configuration");
    await scene.uninstall();
    assert.deepEqual(scene.snapshot(), before);
  },
);

function createLefthookScene(
  t: Parameters<typeof createManagerScene>[0],
  environment: Readonly<Record<string, string>> = {},
): Promise<ManagerScene> {
  return createManagerScene(t, { "lefthook.yml": CONFIG }, environment);
}

async function lefthook(scene: ManagerScene, ...args: readonly string[]): Promise<void> {
  const program = join(await npmPrograms(LEFTHOOK), "lefthook");
  const { code, stdout, stderr } = await scene.run([program, ...args]);
  assert.equal(code, 0, stdout + stderr);
}
