import assert from "node:assert/strict";
import test from "node:test";
import { createTrustScene } from "../helpers/trust-scene.ts";

test("a checked-out pull request is held, whatever author its commits name", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("evil", "worse");
  await scene.git("fetch", "--quiet", "origin", "refs/pull/7/head");
  assert.equal(await scene.judge(), "trusted", "fetched is not yet checked out");
  await scene.git("checkout", "--quiet", "FETCH_HEAD");
  assert.equal(await scene.git("log", "-1", "--format=%ae"), "ada@example.invalid");
  assert.deepEqual(await scene.judge(), ["add worse", "add evil"]);
  await scene.git("checkout", "--quiet", "main");
  assert.equal(await scene.judge(), "trusted");
});

test("a pull request is held under a branch name, and so is what I commit on it", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("evil");
  await scene.git("fetch", "--quiet", "origin", "pull/7/head:pr7");
  await scene.git("checkout", "--quiet", "pr7");
  assert.deepEqual(await scene.judge(), ["add evil"]);
  await scene.git("checkout", "--quiet", "-b", "from-pr7");
  await scene.commit("mine");
  assert.deepEqual(await scene.judge(), ["add evil"]);
});

test("a pull request that is pulled by fast-forward is held", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("evil");
  await scene.git("pull", "--quiet", "origin", "refs/pull/7/head");
  assert.deepEqual(await scene.judge(), ["add evil"]);
});

test("a pull request is held while it is being merged, and after", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("evil");
  await scene.commit("mine");
  await scene.git("fetch", "--quiet", "origin", "refs/pull/7/head");
  await scene.git("merge", "--quiet", "--no-commit", "FETCH_HEAD");
  assert.deepEqual(await scene.judge(), ["add evil"]);
  await scene.git("commit", "--quiet", "--no-edit");
  assert.deepEqual(await scene.judge(), ["add evil"]);
});

test("a squashed pull request is held until I commit it as mine", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("evil", "worse");
  await scene.git("fetch", "--quiet", "origin", "refs/pull/7/head");
  await scene.git("merge", "--quiet", "--squash", "FETCH_HEAD");
  assert.deepEqual(await scene.judge(), ["add worse", "add evil"]);
  await scene.git("commit", "--quiet", "--message", "take it");
  assert.equal(await scene.judge(), "trusted");
});

test("a cherry-pick that stopped in a pull request's conflict is held", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("same");
  await scene.git("fetch", "--quiet", "origin", "refs/pull/7/head");
  await scene.commit("same", "mine");
  await assert.rejects(scene.git("cherry-pick", "FETCH_HEAD"));
  assert.deepEqual(await scene.judge(), ["add same"]);
  await scene.git("cherry-pick", "--abort");
  assert.equal(await scene.judge(), "trusted");
});

test("a revision other than HEAD is judged for itself", async (t) => {
  const scene = await createTrustScene(t);
  const evil = await scene.openPullRequest("evil");
  await scene.git("fetch", "--quiet", "origin", "refs/pull/7/head");
  assert.deepEqual(await scene.judge(scene.me, evil), ["add evil"]);
  assert.equal(await scene.judge(scene.me, "HEAD~1"), "trusted");
  assert.deepEqual(await scene.judge(scene.me, "no\nsuch"), [
    "there is no revision no\\x0asuch. Nothing was run.",
  ]);
});

test("a subject cannot write to my terminal", async (t) => {
  const scene = await createTrustScene(t);
  const evil = await scene.git("commit-tree", "-p", "HEAD", "-m", "red \u001B[31m \u009B31m", "HEAD^{tree}");
  await scene.git("reset", "--quiet", "--hard", evil);
  assert.deepEqual(await scene.judge(), ["red \\x1b[31m 31m"]);
});
