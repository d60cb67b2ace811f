import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import test, { type TestContext } from "node:test";
import { allowCommits, judgeTrust, recordRemotes } from "../../src/trust/trust.ts";
import { createTrustScene, type TrustScene, workspaceOf } from "../helpers/trust-scene.ts";

const RECORD = "me/.git/rebuild-if-needed/trust.json";

async function onPullRequest(t: TestContext): Promise<TrustScene> {
  const scene = await createTrustScene(t);
  await scene.openPullRequest("evil", "worse");
  await scene.git("fetch", "--quiet", "origin", "pull/7/head:pr7");
  await scene.git("checkout", "--quiet", "pr7");
  return scene;
}

test("allow covers exactly the foreign commits of HEAD, for good", async (t) => {
  const scene = await onPullRequest(t);
  await scene.git("checkout", "--quiet", "--detach", "pr7~1");
  const evil = await scene.git("rev-parse", "HEAD");
  assert.deepEqual(await allowCommits(await workspaceOf(scene.me)), {
    ok: true,
    value: {
      commits: [{ id: evil, subject: "add evil", author: "Ada Author <ada@example.invalid>" }],
      total: 1,
    },
  });
  assert.equal(await scene.judge(), "trusted");
  assert.deepEqual(await scene.judge(scene.me, "pr7"), ["add worse"]);
  await scene.commit("mine");
  assert.equal(await scene.judge(), "trusted");
});

test("what is made of allowed commits is mine; the next foreign one is held again", async (t) => {
  const scene = await onPullRequest(t);
  assert.equal((await allowCommits(await workspaceOf(scene.me))).ok, true);
  await scene.publish("third");
  await scene.git("fetch", "--quiet");
  await scene.git("rebase", "--quiet", "origin/main");
  assert.equal(await scene.judge(), "trusted");
  const next = await scene.git("commit-tree", "-p", "pr7", "-m", "one more", "pr7^{tree}");
  await scene.git("reset", "--quiet", "--hard", next);
  assert.deepEqual(await scene.judge(), ["one more"]);
});

test("of many foreign commits 20 are shown and all are allowed", async (t) => {
  const scene = await createTrustScene(t);
  await scene.openPullRequest(...Array.from({ length: 23 }, (_, at) => `evil-${at}`));
  await scene.git("pull", "--quiet", "origin", "refs/pull/7/head");
  const ws = await workspaceOf(scene.me);
  const trust = await judgeTrust(ws);
  assert.equal(trust.kind === "held" && trust.total, 23);
  assert.equal(trust.kind === "held" && trust.commits.length, 20);
  assert.equal(trust.kind === "held" && trust.commits[0]?.subject, "add evil-22");
  assert.equal((await allowCommits(ws)).ok, true);
  assert.equal(await scene.judge(), "trusted");
});

test("allow with nothing to allow writes nothing", async (t) => {
  const scene = await createTrustScene(t);
  assert.deepEqual(await allowCommits(await workspaceOf(scene.me)), {
    ok: true,
    value: { commits: [], total: 0 },
  });
  assert.throws(() => scene.box.read(RECORD), /ENOENT/);
});

test("init keeps what was allowed", async (t) => {
  const scene = await onPullRequest(t);
  const ws = await workspaceOf(scene.me);
  await allowCommits(ws);
  await recordRemotes(ws);
  assert.equal(await scene.judge(), "trusted");
  const evil = await scene.git("rev-parse", "pr7~1");
  const worse = await scene.git("rev-parse", "pr7");
  assert.deepEqual(JSON.parse(scene.box.read(RECORD)), {
    version: 1,
    remotes: ["origin"],
    commits: [worse, evil],
  });
});

test("a record of a newer version holds everything and is never overwritten", async (t) => {
  const scene = await createTrustScene(t);
  scene.box.write(RECORD, '{"version": 2}');
  const ws = await workspaceOf(scene.me);
  const trust = await judgeTrust(ws);
  assert.equal(trust.kind === "held" && trust.failure?.code, "E120");
  assert.equal(trust.kind === "held" && trust.commits.length, 1);
  for (const answer of [await allowCommits(ws), await recordRemotes(ws)]) {
    assert.equal(!answer.ok && answer.failure.code, "E120");
  }
  assert.equal(scene.box.read(RECORD), '{"version": 2}');
});

for (const content of [
  "",
  '{"version": 1, "remotes": ["ori',
  '{"version": 1, "remotes": "origin", "commits": []}',
]) {
  test(`a record that cannot be read holds everything until init: ${content || "empty"}`, async (t) => {
    const scene = await createTrustScene(t);
    scene.box.write(RECORD, content);
    const ws = await workspaceOf(scene.me);
    const trust = await judgeTrust(ws);
    assert.equal(trust.kind === "held" && trust.failure?.next, "rebuild-if-needed init");
    const allowed = await allowCommits(ws);
    assert.equal(!allowed.ok && allowed.failure.code, "E306");
    assert.deepEqual(await recordRemotes(ws), { ok: true, value: ["origin"] });
    assert.equal(await scene.judge(), "trusted");
    assert.equal(scene.box.read(`${RECORD}.unreadable`), content);
  });
}

test("allow says so when the record cannot be written", async (t) => {
  const scene = await onPullRequest(t);
  mkdirSync(scene.box.path(`${RECORD}.${process.pid}.tmp`), { recursive: true }); // stops root too
  const answer = await allowCommits(await workspaceOf(scene.me));
  assert.equal(!answer.ok && answer.failure.code, "E303");
  assert.deepEqual(await scene.judge(), ["add worse", "add evil"]);
});
