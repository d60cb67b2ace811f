import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { createTrustScene, type TrustScene } from "../helpers/trust-scene.ts";

async function onPullRequest(t: TestContext, ...files: string[]): Promise<TrustScene> {
  const scene = await createTrustScene(t);
  await scene.openPullRequest(...files);
  await scene.git("fetch", "--quiet", "origin", "pull/7/head:pr7");
  await scene.publish("third");
  await scene.git("pull", "--quiet");
  return scene;
}

const NEW_AUTHOR = ["commit", "--quiet", "--amend", "--reset-author", "--date=2026-03-02T00:00:00Z"];

test("amending a foreign commit leaves it foreign", async (t) => {
  const scene = await onPullRequest(t, "evil");
  await scene.git("checkout", "--quiet", "pr7");
  await scene.git("commit", "--quiet", "--amend", "--message", "my words");
  assert.deepEqual(await scene.judge(), ["my words"]);
  scene.box.write("me/evil", "now quite different\n");
  await scene.git(...NEW_AUTHOR, "--all", "--message", "my work");
  assert.deepEqual(await scene.judge(), ["my work"]);
  await scene.git("rebase", "--quiet", "main");
  assert.deepEqual(await scene.judge(), ["my work"]);
});

for (const backend of ["merge", "apply"]) {
  test(`rebasing a pull request leaves it foreign (${backend})`, async (t) => {
    const scene = await onPullRequest(t, "evil", "worse");
    await scene.git("checkout", "--quiet", "pr7");
    await scene.git("-c", `rebase.backend=${backend}`, "rebase", "--quiet", "main");
    assert.deepEqual(await scene.judge(), ["add worse", "add evil"]);
    await scene.git("branch", "--quiet", "-D", "main");
    assert.deepEqual(await scene.judge(), ["add worse", "add evil"]);
  });
}

test("cherry-picking a foreign commit leaves it foreign, with another author too", async (t) => {
  const scene = await onPullRequest(t, "evil");
  await scene.git("cherry-pick", "pr7");
  assert.deepEqual(await scene.judge(), ["add evil"]);
  await scene.git(...NEW_AUTHOR, "--message", "mine, I say");
  assert.deepEqual(await scene.judge(), ["mine, I say"]);
});

test("a copy with another author and subject is known by its patch", async (t) => {
  const scene = await onPullRequest(t, "evil");
  await scene.git("rebase", "--quiet", "--reset-author-date", "--exec", "true", "main", "pr7");
  await scene.git("format-patch", "--quiet", "-1", "--output-directory", "../patches");
  const patch = scene.box.read("patches/0001-add-evil.patch");
  scene.box.write(
    "patches/mine.patch",
    patch.replace(/^From: .*$/m, "From: Me <me@example.invalid>").replace("add evil", "mine"),
  );
  await scene.git("checkout", "--quiet", "main");
  await scene.commit("other");
  await scene.git("am", "--quiet", "../patches/mine.patch");
  assert.deepEqual(await scene.judge(), ["mine"]);
});

test("picking a foreign commit by fast-forward makes nothing of mine", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("evil");
  await scene.git("fetch", "--quiet", "origin", "refs/pull/7/head");
  await scene.git("cherry-pick", "--ff", "FETCH_HEAD");
  assert.deepEqual(await scene.judge(), ["add evil"]);
});

for (const finish of ["rebase --continue", "commit", "cherry-pick --continue"]) {
  test(`a conflict does not make a foreign commit mine (${finish})`, async (t) => {
    const scene = await onPullRequest(t, "same");
    await scene.git("checkout", "--quiet", "-b", "mine");
    await scene.commit("same", "mine");
    const begin = finish.startsWith("cherry-pick") ? ["cherry-pick", "pr7"] : ["rebase", "mine", "pr7"];
    await assert.rejects(scene.git(...begin));
    scene.box.write("me/same", "both\n");
    await scene.git("add", "same");
    await scene.git(...finish.split(" "), ...(finish === "commit" ? ["--quiet", "--no-edit"] : []));
    if (finish === "commit") await scene.git("rebase", "--continue");
    assert.deepEqual(await scene.judge(), ["add same"]);
    assert.equal(await scene.judge(scene.me, "HEAD~1"), "trusted", "what it was put upon is mine");
  });
}

test("my own commits on a held branch are free again once they are picked onto main", async (t) => {
  const scene = await onPullRequest(t, "evil");
  await scene.git("checkout", "--quiet", "pr7");
  await scene.commit("mine");
  assert.deepEqual(await scene.judge(), ["add evil"]);
  await scene.git("checkout", "--quiet", "main");
  await scene.git("cherry-pick", "pr7");
  assert.equal(await scene.judge(), "trusted");
});
