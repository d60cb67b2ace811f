/** core.hooksPath set by hand, and linked work trees: where hooks may go, and where not. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { HOOK_NAMES, listHooks, probeHooks, uninstallHooks } from "../../src/install/index.ts";
import { createHookRepo, valueOf, workspaceOf } from "../helpers/hook-repo.ts";

for (const folder of [".git/my hooks", ".hooks"]) {
  test(`an untracked folder of this clone is used: ${folder}`, async (t) => {
    const repo = await createHookRepo(t);
    const { box, top } = repo;
    await box.git(top, "config", "core.hooksPath", folder);
    const { location } = valueOf(await repo.install());
    assert.deepEqual(location, { kind: "folder", folder: join(top, folder) });
    await box.git(top, "switch", "--quiet", "-c", "other");
    assert.equal(repo.calls().filter((call) => call.argv[1] === "post-checkout").length, 1);
    assert.deepEqual(valueOf(await probeHooks(repo.ws, box.environment)).fired, HOOK_NAMES);
    valueOf(await uninstallHooks({ ws: repo.ws, environment: box.environment }));
    assert.deepEqual(readdirSync(join(top, folder)), []);
  });
}

test("a tracked folder is refused", async (t) => {
  const repo = await createHookRepo(t);
  repo.box.write(join(repo.top, "tools", "hooks", "pre-commit"), "#!/bin/sh\n");
  await repo.box.commit(repo.top, "hooks of the project");
  await repo.box.git(repo.top, "config", "core.hooksPath", "tools/hooks");
  const result = await repo.install();
  assert.ok(!result.ok);
  assert.equal(
    result.failure.message,
    "git takes hooks from tools/hooks, whose files are tracked: a checkout would overwrite ours, a commit would carry " +
      "this machine's paths. Nothing was changed. With the next command only this clone's own hooks run here.",
  );
  assert.equal(await repo.box.git(repo.top, "status", "--porcelain"), "");
});

test("a hooks folder that is a link into the project is refused too", async (t) => {
  const repo = await createHookRepo(t);
  repo.box.write(join(repo.top, "hooks", "pre-commit"), "#!/bin/sh\n");
  await repo.box.commit(repo.top, "hooks of the project");
  renameSync(join(repo.ws.gitDir, "hooks"), join(repo.ws.gitDir, "hooks-before"));
  symlinkSync("../hooks", join(repo.ws.gitDir, "hooks"));
  const result = await repo.install();
  assert.ok(!result.ok);
  assert.match(result.failure.message, /^git takes hooks from hooks, whose files are tracked/);
});

test("hooks that are switched off are said to be off", async (t) => {
  const repo = await createHookRepo(t);
  await repo.box.git(repo.top, "config", "core.hooksPath", "/dev/null");
  const result = await repo.install();
  assert.ok(!result.ok);
  assert.match(
    result.failure.message,
    /^git's hooks are switched off \(set in \.git\/config\)\. Nothing was changed\./,
  );
});

test("hooks of an older place are taken out after core.hooksPath has changed", async (t) => {
  const repo = await createHookRepo(t);
  valueOf(await repo.install());
  await repo.box.git(repo.top, "config", "core.hooksPath", ".hooks");
  valueOf(await repo.install());
  valueOf(await uninstallHooks({ ws: repo.ws, environment: repo.box.environment }));
  assert.deepEqual(ourFiles(join(repo.ws.gitDir, "hooks")), []);
  assert.deepEqual(ourFiles(join(repo.top, ".hooks")), []);
});

test("linked work trees share one installation, and each event runs in its own tree", async (t) => {
  const repo = await createHookRepo(t, "main tree");
  const { box, top } = repo;
  await box.git(top, "worktree", "add", "--quiet", "-b", "linked", "../linked tree");
  const linked = await workspaceOf(box.path("linked tree"));
  const report = valueOf(await repo.install({ ws: linked }));
  assert.deepEqual(report.location, { kind: "folder", folder: join(repo.ws.commonDir, "hooks") });
  for (const ws of [linked, repo.ws]) {
    await box.git(ws.top, "checkout", "--quiet", "-b", `topic-${ws === linked}`);
    const calls = repo.calls().filter((call) => call.argv[1] === "post-checkout");
    assert.deepEqual(
      calls.map((call) => call.cwd),
      [ws.top],
    );
    assert.deepEqual(valueOf(await probeHooks(ws, box.environment)).fired, HOOK_NAMES);
  }

  // Its own fresh.sh, found by the GIT_DIR that git exports there.
  box.write(join(linked.stateDir, "fresh.sh"), "exit 42\n");
  for (const ws of [linked, repo.ws])
    await box.git(ws.top, "checkout", "--quiet", "-b", `again-${ws === linked}`);
  assert.deepEqual([...new Set(repo.calls().map((call) => call.cwd))], [top]);

  valueOf(await uninstallHooks({ ws: repo.ws, environment: box.environment }));
  const listed = valueOf(await listHooks(linked, box.environment)).hooks;
  assert.deepEqual([...new Set(listed.map((hook) => hook.state))], ["absent"]);
});

test("a hooks folder that cannot be written: nothing is installed, and the message says why", async (t) => {
  const repo = await createHookRepo(t);
  const folder = join(repo.ws.gitDir, "hooks");
  renameSync(folder, `${folder}-before`);
  repo.box.write(folder, "a file, where git wants a folder\n");
  const result = await repo.install();
  assert.ok(!result.ok);
  assert.equal(
    `${result.failure.code} ${result.failure.message}`,
    `E305 ${join(folder, "post-merge")} cannot be written (EEXIST). No hook was installed.`,
  );
  assert.equal(existsSync(join(repo.ws.stateDir, "hooks.json")), false);
});

function ourFiles(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => !name.endsWith(".sample"));
}
