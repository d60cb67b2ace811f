import assert from "node:assert/strict";
import test from "node:test";
import { createTrustScene } from "../helpers/trust-scene.ts";

test("a clone, a pull, a detached head and an older commit of upstream are trusted", async (t) => {
  const scene = await createTrustScene(t);
  assert.equal(await scene.judge(), "trusted");
  await scene.publish("third");
  await scene.git("pull", "--quiet");
  assert.equal(await scene.judge(), "trusted");
  await scene.git("checkout", "--quiet", "--detach", "HEAD~1");
  assert.equal(await scene.judge(), "trusted");
});

test("commits that are made here are trusted, amended and reverted ones too", async (t) => {
  const scene = await createTrustScene(t);
  await scene.commit("mine");
  assert.equal(await scene.judge(), "trusted");
  await scene.git("commit", "--quiet", "--amend", "--message", "better words");
  assert.equal(await scene.judge(), "trusted");
  await scene.git("revert", "--no-edit", "HEAD");
  assert.equal(await scene.judge(), "trusted");
  await scene.git("checkout", "--quiet", "--detach", "HEAD");
  await scene.commit("detached");
  assert.equal(await scene.judge(), "trusted");
});

test("amending a commit of upstream makes it mine", async (t) => {
  const scene = await createTrustScene(t);
  await scene.git("commit", "--quiet", "--amend", "--message", "my words");
  assert.equal(await scene.judge(), "trusted");
});

test("merging upstream into my branch is trusted", async (t) => {
  const scene = await createTrustScene(t);
  await scene.git("checkout", "--quiet", "-b", "feature");
  await scene.commit("mine");
  await scene.publish("third");
  await scene.git("pull", "--quiet", "--no-rebase", "--no-edit", "origin", "main");
  assert.equal(await scene.judge(), "trusted");
  await scene.publish("fourth");
  await scene.git("fetch", "--quiet");
  await scene.git("merge", "--quiet", "--no-edit", "origin/main");
  assert.equal(await scene.judge(), "trusted");
});

test("a conflicted merge of upstream is trusted before and after I finish it", async (t) => {
  const scene = await createTrustScene(t);
  await scene.commit("same", "mine");
  await scene.publish("same", "theirs");
  await scene.git("fetch", "--quiet");
  await assert.rejects(scene.git("merge", "--quiet", "origin/main"));
  assert.equal(await scene.judge(), "trusted");
  await scene.commit("same", "both");
  assert.equal(await scene.judge(), "trusted");
});

for (const flags of [["--rebase"], ["--rebase", "--strategy=resolve"], ["-c", "rebase.backend=apply"]]) {
  test(`my commits stay mine through a rebase (${flags.join(" ")})`, async (t) => {
    const scene = await createTrustScene(t);
    await scene.openPullRequest("evil");
    await scene.git("fetch", "--quiet", "origin", "refs/pull/7/head");
    await scene.commit("one");
    await scene.commit("two");
    await scene.publish("third");
    if (flags[0] === "-c") await scene.git(...flags, "pull", "--quiet", "--rebase");
    else await scene.git("pull", "--quiet", ...flags);
    assert.equal(await scene.judge(), "trusted");
    assert.equal(await scene.git("rev-list", "--count", "origin/main..HEAD"), "2");
  });
}

test("my commits stay mine when I reword, squash and pick them", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("evil");
  await scene.git("fetch", "--quiet", "origin", "refs/pull/7/head");
  for (const file of ["one", "two", "three"]) await scene.commit(file);
  const editor = "sed -i.bak -e 1s/^pick/reword/ -e 3s/^pick/squash/";
  await scene.git("-c", `sequence.editor=${editor}`, "rebase", "--quiet", "--interactive", "HEAD~3");
  assert.equal(await scene.git("rev-list", "--count", "origin/main..HEAD"), "2");
  assert.equal(await scene.judge(), "trusted");
  await scene.git("checkout", "--quiet", "-b", "other", "origin/main");
  await scene.git("cherry-pick", "main");
  assert.equal(await scene.judge(), "trusted");
});

test("a mailed patch that I apply is mine: I took it", async (t) => {
  const scene = await createTrustScene(t);
  await scene.commit("one");
  await scene.git("format-patch", "--quiet", "-1", "--output-directory", "../patches");
  await scene.git("reset", "--quiet", "--hard", "origin/main");
  await scene.publish("third");
  await scene.git("pull", "--quiet");
  await scene.git("am", "--quiet", "../patches/0001-add-one.patch");
  assert.equal(await scene.judge(), "trusted");
});

test("a branch that its owners rewrote on the server was upstream and stays so", async (t) => {
  const scene = await createTrustScene(t);
  await scene.publish("draft", "draft", "topic");
  await scene.git("fetch", "--quiet");
  await scene.git("checkout", "--quiet", "topic");
  const rewritten = await scene.git("commit-tree", "-p", "main", "-m", "rewritten", "main^{tree}");
  await scene.git("push", "--quiet", scene.server, `+${rewritten}:refs/heads/topic`);
  await scene.git("fetch", "--quiet");
  assert.equal(await scene.git("rev-parse", "origin/topic"), rewritten);
  assert.equal(await scene.judge(), "trusted");
});
