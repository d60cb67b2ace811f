/** pre-commit, the real one: it calls a hook that it finds, and projects can have ours by its configuration. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { createManagerScene, LOOKED, writeHook, type ManagerScene } from "../helpers/manager-scene.ts";
import { packageRoot, programUnderTest } from "../helpers/sandbox.ts";
import { sharedVenv } from "../helpers/venv-copy.ts";

const LOCAL = `
default_install_hook_types: [post-merge, post-commit]
repos:
  - repo: local
    hooks:
      - id: note
        name: note
        entry: sh -c 'echo pre-commit-was-here'
        language: system
        stages: [post-merge, post-commit]
        always_run: true
        pass_filenames: false
        verbose: true
`;

test("pre-commit, then ours: both run; uninstall gives pre-commit its hooks back, byte for byte", async (t) => {
  const scene = await createManagerScene(t, { ".pre-commit-config.yaml": LOCAL });
  await preCommit(scene, "install");
  const before = scene.snapshot();
  await scene.install();
  await assertBothRun(scene);
  assert.equal(await scene.doctor(), "hooks: git runs 6 of 6");
  await preCommit(scene, "install"); // once more: it finds ours in its place
  await assertBothRun(scene);
  await scene.uninstall();
  assert.deepEqual(scene.snapshot(), before);
});

test("ours, then pre-commit: it calls ours, nobody is alarmed, and either can go first", async (t) => {
  const scene = await createManagerScene(t, { ".pre-commit-config.yaml": LOCAL });
  writeHook(scene, "post-merge", "#!/bin/sh\necho mine\n");
  const before = scene.snapshot();
  await scene.install();
  const alone = scene.snapshot();
  await preCommit(scene, "install");
  await assertBothRun(scene);
  assert.match(await scene.merge(), /^mine$/m);
  assert.equal(scene.lostLine(), null);
  assert.equal(
    await scene.doctor(),
    "hooks: git runs 4 of 6; post-merge, post-commit not tried: pre-commit is there, which calls ours",
  );
  await preCommit(scene, "uninstall");
  assert.deepEqual(scene.snapshot(), alone);

  await preCommit(scene, "install");
  await scene.uninstall();
  assert.match(await scene.merge(), /^mine$[^]*pre-commit-was-here/m);
  await preCommit(scene, "uninstall");
  assert.deepEqual(scene.snapshot(), before);
});

test("`pre-commit install --overwrite` throws ours away: said, and the next install chains it", async (t) => {
  const scene = await createManagerScene(t, { ".pre-commit-config.yaml": LOCAL });
  await scene.install();
  await preCommit(scene, "install", "--overwrite");
  assert.doesNotMatch(await scene.merge(), LOOKED);
  assert.equal(
    scene.lostLine(),
    "rebuild-if-needed: hooks of ours have gone: post-merge, post-commit (pre-commit took their place). " +
      "Next: rebuild-if-needed install",
  );
  await scene.install();
  await assertBothRun(scene);
});

test("a project that has us in its .pre-commit-config.yaml: each event looks, CI does not", async (t) => {
  const scene = await createManagerScene(t, {});
  const { box, top } = scene;
  const published = await publishHooks(scene);
  box.write(
    join(top, ".pre-commit-config.yaml"),
    `default_install_hook_types: [post-checkout, post-commit, post-merge, post-rewrite]\n` +
      `repos:\n  - repo: ${published.folder}\n    rev: ${published.commit}\n    hooks:\n      - id: rebuild-if-needed\n`,
  );
  await box.commit(top, "pre-commit");
  await preCommit(scene, "install");
  const path = { PATH: `${published.programs}:${box.environment["PATH"] ?? ""}` };
  const events = [
    [
      "git",
      "merge",
      "--no-ff",
      "-m",
      "m",
      await box.git(top, "commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "o"),
    ],
    ["git", "switch", "-c", "other"],
    ["git", "commit", "--allow-empty", "-m", "more"],
    ["git", "commit", "--amend", "--allow-empty", "-m", "other words"],
  ];
  for (const argv of events) {
    const { stderr, stdout, code } = await scene.run(argv, { env: path });
    assert.match(stderr + stdout, LOOKED, argv.join(" "));
    assert.equal(code, 0);
  }
  for (const off of [{ CI: "true" }, { REBUILD_IF_NEEDED: "0" }]) {
    const { stderr, stdout } = await scene.run(["git", "switch", "-"], { env: { ...path, ...off } });
    assert.match(stderr + stdout, /^rebuild-if-needed\.+Passed$/m);
    assert.doesNotMatch(stderr + stdout, LOOKED);
  }
});

/** A repository with our `.pre-commit-hooks.yaml`, as a clone of ours would have it, and a folder for PATH. */
async function publishHooks(
  scene: ManagerScene,
): Promise<{ readonly folder: string; readonly commit: string; readonly programs: string }> {
  const { box } = scene;
  const folder = await box.repository("published");
  const name = ".pre-commit-hooks.yaml";
  const copied = await box.run(folder, ["cp", join(packageRoot(), name), join(folder, name)]);
  assert.equal(copied.code, 0, copied.stderr);
  const programs = box.path("programs");
  mkdirSync(programs);
  symlinkSync(programUnderTest(), join(programs, "rebuild-if-needed"));
  return { folder, commit: await box.commit(folder, "hooks"), programs };
}

async function assertBothRun(scene: ManagerScene): Promise<void> {
  for (const said of [await scene.merge(), await scene.commit()]) {
    assert.equal(said.match(/pre-commit-was-here/g)?.length, 1, said);
    assert.equal(said.match(new RegExp(LOOKED, "gm"))?.length, 1, said);
  }
}

async function preCommit(scene: ManagerScene, ...args: readonly string[]): Promise<void> {
  const { python } = await sharedVenv(scene.box, ["pre-commit==4.7.0"]);
  const { code, stdout, stderr } = await scene.run([python, "-m", "pre_commit", ...args]);
  assert.equal(code, 0, stdout + stderr);
}
