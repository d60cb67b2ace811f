import assert from "node:assert/strict";
import test from "node:test";
import { judgeTrust } from "../../src/trust/trust.ts";
import { createSandbox } from "../helpers/sandbox.ts";
import { createTrustScene, workspaceOf } from "../helpers/trust-scene.ts";

test("without a remote every commit is mine", async (t) => {
  const box = createSandbox(t);
  const folder = await box.repository("alone");
  await box.commit(folder, "first");
  await box.git(folder, "reset", "--hard", await box.git(folder, "commit-tree", "-m", "x", "HEAD^{tree}"));
  assert.deepEqual(await judgeTrust(await workspaceOf(folder)), { kind: "trusted" });
});

test("a remote that was never fetched trusts nothing but what was made here", async (t) => {
  const box = createSandbox(t);
  const folder = await box.repository("alone");
  await box.commit(folder, "first");
  await box.git(folder, "remote", "add", "origin", "https://example.invalid/x.git");
  const ws = await workspaceOf(folder);
  assert.deepEqual(await judgeTrust(ws), { kind: "trusted" });
  await box.git(folder, "reset", "--hard", await box.git(folder, "commit-tree", "-m", "x", "HEAD^{tree}"));
  assert.equal((await judgeTrust(ws)).kind, "held");
});

test("a branch without a commit is held: nothing is known about its files", async (t) => {
  const scene = await createTrustScene(t);
  await scene.git("checkout", "--quiet", "--orphan", "empty");
  assert.deepEqual(await scene.judge(), [
    "git cannot tell where the commits of HEAD come from. All are held; nothing was run.",
  ]);
});

test("a linked work tree knows what was made in any of them", async (t) => {
  const scene = await createTrustScene(t);
  await scene.git("worktree", "add", "--quiet", "--detach", "../linked");
  const linked = scene.box.path("linked");
  scene.box.write("linked/mine", "mine\n");
  const mine = await scene.box.commit(linked, "mine");
  assert.equal(await scene.judge(linked), "trusted");
  assert.equal(await scene.judge(scene.me, mine), "trusted");
  await scene.openPullRequest("evil");
  await scene.box.git(linked, "fetch", "--quiet", "origin", "refs/pull/7/head");
  await scene.box.git(linked, "checkout", "--quiet", "FETCH_HEAD");
  assert.deepEqual(await scene.judge(linked), ["add evil"]);
  assert.equal(await scene.judge(), "trusted");
});

test("a shallow clone trusts its upstream and its own work, and holds a pull request", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("evil");
  await scene.git("clone", "--quiet", "--depth=1", `file://${scene.server}`, "../shallow");
  const shallow = scene.box.path("shallow");
  assert.equal(await scene.judge(shallow), "trusted");
  scene.box.write("shallow/mine", "mine\n");
  await scene.box.commit(shallow, "mine");
  await scene.publish("third");
  await scene.box.git(shallow, "fetch", "--quiet", "--depth=1");
  assert.equal(await scene.judge(shallow), "trusted", "on a base that the new depth cut off");
  await scene.box.git(shallow, "fetch", "--quiet", "--depth=1", "origin", "refs/pull/7/head");
  await scene.box.git(shallow, "checkout", "--quiet", "FETCH_HEAD");
  assert.deepEqual(await scene.judge(shallow), ["add evil"]);
});

test("a sha256 repository", async (t) => {
  const scene = await createTrustScene(t, ["--object-format=sha256"]);
  const evil = await scene.openPullRequest("evil");
  assert.equal(evil.length, 64);
  await scene.commit("mine");
  await scene.git("commit", "--quiet", "--amend", "--message", "better");
  assert.equal(await scene.judge(), "trusted");
  await scene.git("fetch", "--quiet", "origin", "refs/pull/7/head");
  await scene.git("merge", "--quiet", "--squash", "FETCH_HEAD");
  assert.deepEqual(await scene.judge(), ["add evil"]);
});

test("packed refs and collected garbage change nothing while the reflogs live", async (t) => {
  const scene = await createTrustScene(t);
  const young = ["-c", "gc.reflogExpire=never", "-c", "gc.reflogExpireUnreachable=never"]; // the clock stands still
  const collect = (): Promise<string> => scene.git(...young, "gc", "--quiet", "--prune=now");
  await scene.openPullRequest("evil");
  await scene.commit("mine");
  await collect();
  assert.equal(await scene.judge(), "trusted");
  await scene.git("pull", "--quiet", "--no-rebase", "--no-edit", "origin", "refs/pull/7/head");
  await collect();
  assert.deepEqual(await scene.judge(), ["add evil"]);
});

test("a replaced object does not hide a foreign commit", async (t) => {
  const scene = await createTrustScene(t);
  const evil = await scene.openPullRequest("evil");
  await scene.git("fetch", "--quiet", "origin", "refs/pull/7/head");
  await scene.git("checkout", "--quiet", "FETCH_HEAD");
  const tip = await scene.git("rev-parse", "origin/main");
  const onTop = await scene.git("commit-tree", "-p", evil, "-m", "on top", "HEAD^{tree}");
  await scene.git("replace", tip, onTop);
  assert.equal(await scene.git("rev-list", "HEAD", "^origin/main"), "", "git itself is deceived");
  assert.deepEqual(await scene.judge(), ["add evil"]);
});

test("without reflogs nothing is known to be mine", async (t) => {
  const scene = await createTrustScene(t);
  await scene.commit("mine");
  await scene.git("reflog", "expire", "--expire=now", "--all");
  assert.deepEqual(await scene.judge(), ["add mine"]);
});

test("a commit whose predecessor is gone is held: nobody can say any more whose it was", async (t) => {
  const scene = await createTrustScene(t);
  const mine = await scene.commit("mine");
  await scene.git("commit", "--quiet", "--amend", "--message", "my words");
  for (const log of ["me/.git/logs/HEAD", "me/.git/logs/refs/heads/main"]) {
    scene.box.write(log, scene.box.read(log).replaceAll(mine, "1".repeat(mine.length)));
  }
  assert.deepEqual(await scene.judge(), ["my words"]);
});

test("an amended foreign commit is held when git has dropped the old one and its reflog", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("evil");
  await scene.git("pull", "--quiet", "origin", "refs/pull/7/head");
  await scene.git("commit", "--quiet", "--amend", "--message", "my words");
  await scene.git("reflog", "expire", "--expire-unreachable=now", "--all");
  scene.box.write("me/.git/FETCH_HEAD", "");
  await scene.git("update-ref", "-d", "ORIG_HEAD");
  await scene.git("gc", "--quiet", "--prune=now");
  assert.deepEqual(await scene.judge(), ["my words"]);
});
