import assert from "node:assert/strict";
import test from "node:test";
import { allowRemote, recordRemotes } from "../../src/trust/trust.ts";
import { createTrustScene, workspaceOf } from "../helpers/trust-scene.ts";

test("pull requests under refs/remotes/origin/pr are no branches of origin", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("evil");
  await scene.git("config", "--add", "remote.origin.fetch", "+refs/pull/*/head:refs/remotes/origin/pr/*");
  await scene.git("fetch", "--quiet");
  await scene.git("checkout", "--quiet", "--detach", "origin/pr/7");
  assert.deepEqual(await scene.judge(), ["add evil"]);
  await scene.git("pack-refs", "--all");
  assert.deepEqual(await scene.judge(), ["add evil"]);
  await scene.git("config", "--unset", "remote.origin.fetch", "pull");
  assert.deepEqual(await scene.judge(), ["add evil"], "its reflog still tells");
});

const ONE_OFFS: readonly (readonly string[])[] = [
  ["fetch", "--quiet", "origin", "refs/pull/7/head:refs/remotes/origin/x"],
  ["fetch", "--quiet", "origin", "+refs/pull/7/head:refs/remotes/origin/main"],
  ["fetch", "--quiet", "origin", "+pull/7/head:remotes/origin/main"],
  ["fetch", "--quiet", "origin", "+refs/pull/*:refs/remotes/origin/pull/*"],
  ["-c", "remote.origin.fetch=+refs/pull/7/head:refs/remotes/origin/x", "fetch", "--quiet", "origin"],
  ["fetch", "--quiet", "../stranger", "+refs/heads/main:refs/remotes/origin/main"],
];
for (const command of ONE_OFFS) {
  test(`git ${command.join(" ")} makes no branch of origin`, async (t) => {
    const scene = await createTrustScene(t);
    const evil = await scene.openPullRequest("evil");
    await scene.git(...command);
    await scene.git("checkout", "--quiet", evil);
    assert.deepEqual(await scene.judge(), ["add evil"]);
  });
}

test("an ordinary fetch puts a misused tracking ref right again", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("evil");
  await scene.git("fetch", "--quiet", "origin", "+refs/pull/7/head:refs/remotes/origin/main");
  await scene.publish("third");
  await scene.git("fetch", "--quiet");
  await scene.git("checkout", "--quiet", "--detach", "origin/main");
  assert.equal(await scene.judge(), "trusted");
  assert.deepEqual(await scene.judge(scene.me, "origin/main@{1}"), ["add evil"]);
});

test("one branch fetched by name is upstream", async (t) => {
  const scene = await createTrustScene(t);
  await scene.publish("topic", "topic", "topic");
  await scene.git("fetch", "--quiet", "origin", "+refs/heads/topic:refs/remotes/origin/topic");
  await scene.git("checkout", "--quiet", "topic");
  assert.equal(await scene.judge(), "trusted");
});

test("a ref that was set by hand, and one that a local refspec writes, are no branches", async (t) => {
  const scene = await createTrustScene(t);
  const evil = await scene.openPullRequest("evil");
  await scene.git("fetch", "--quiet", "origin", "refs/pull/7/head");
  await scene.git("update-ref", "refs/remotes/origin/by-hand", evil);
  await scene.git("checkout", "--quiet", "by-hand");
  assert.deepEqual(await scene.judge(), ["add evil"]);
});

test("a remote that is added later is not trusted, until it is allowed", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("evil");
  const ws = await workspaceOf(scene.me);
  assert.deepEqual(await recordRemotes(ws), { ok: true, value: ["origin"] });
  await scene.git("remote", "add", "fork", "../stranger");
  await scene.git("fetch", "--quiet", "fork");
  await scene.git("checkout", "--quiet", "--track", "-b", "work", "fork/main");
  assert.deepEqual(await scene.judge(), ["add evil"]);
  assert.deepEqual(await allowRemote(ws, "fork"), { ok: true, value: ["origin", "fork"] });
  assert.equal(await scene.judge(), "trusted");
});

test("a remote called upstream is trusted if it was there at init, and not if it came later", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("evil");
  const ws = await workspaceOf(scene.me);
  assert.equal((await recordRemotes(ws)).ok, true);
  await scene.git("remote", "add", "upstream", "../stranger");
  await scene.git("fetch", "--quiet", "upstream");
  await scene.git("checkout", "--quiet", "--detach", "upstream/main");
  assert.deepEqual(await scene.judge(), ["add evil"]);
  assert.deepEqual(await recordRemotes(ws), { ok: true, value: ["origin", "upstream"] });
  assert.equal(await scene.judge(), "trusted");
});

test("a remote inside origin's name space is not origin", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("evil");
  await scene.git("remote", "add", "origin/fork", "../stranger");
  await scene.git("fetch", "--quiet", "origin/fork");
  await scene.git("checkout", "--quiet", "--detach", "origin/fork/main");
  assert.deepEqual(await scene.judge(), ["add evil"]);
});

test("the remote that main tracks is trusted under any name, a stranger's never", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("evil");
  await scene.git("remote", "rename", "origin", "company");
  assert.equal(await scene.judge(), "trusted");
  await scene.git("remote", "add", "fork", "../stranger");
  await scene.git("fetch", "--quiet", "fork");
  await scene.git("checkout", "--quiet", "--track", "-b", "work", "fork/main");
  assert.deepEqual(await scene.judge(), ["add evil"]);
});

test("a remote that is not there cannot be allowed", async (t) => {
  const scene = await createTrustScene(t);
  assert.deepEqual(await allowRemote(await workspaceOf(scene.me), "nobody"), {
    ok: false,
    failure: {
      code: "E104",
      message: "there is no remote nobody here. Nothing was changed.",
      next: "git remote --verbose",
      exit: 2,
    },
  });
});
