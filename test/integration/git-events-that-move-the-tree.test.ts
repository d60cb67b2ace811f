/** switch, reset, stash, file checkout, stopped merge and rebase, work trees: what is loaded is of the tree that stays. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { mustRun } from "../helpers/driven-project.ts";
import { createEventScene } from "../helpers/event-scene.ts";

test("a branch is built once; switching to and fro restores", async (t) => {
  const scene = await createEventScene(t);
  await scene.git(["switch", "--quiet", "--create", "topic"]);
  await scene.settle(0);
  await scene.commit("csrc/a.txt", "topic\n");
  await scene.settle(0);
  for (const branch of ["main", "topic", "-", "-"]) {
    const { stderr } = await scene.git(["switch", "--quiet", branch]);
    assert.match(stderr, /^rebuild-if-needed: restored: core in [\d.]+ m?s\n$/);
    await scene.settle(0);
  }
});

test("reset --hard back and forth restores; one to a state never built builds", async (t) => {
  const scene = await createEventScene(t);
  await scene.commit("csrc/a.txt", "two\n");
  await scene.git(["reset", "--quiet", "--hard", "HEAD~1"]);
  await scene.settle(0);
  await scene.git(["reset", "--quiet", "--hard", "ORIG_HEAD"]);
  await scene.settle(0);
  await scene.publish("csrc/b.txt", "never built\n");
  await scene.git(["fetch", "--quiet"]);
  await scene.git(["reset", "--quiet", "--hard", "origin/main"]);
  await scene.settle(1);
});

test("stash push and pop restore what was built of each", async (t) => {
  const scene = await createEventScene(t);
  scene.write("csrc/a.txt", "not committed\n");
  assert.equal((await scene.box.cli(scene.top)).code, 0);
  await scene.settle(1);
  await scene.git(["stash", "push", "--quiet"]);
  assert.equal(scene.read("csrc/a.txt"), "one\n");
  await scene.settle(0);
  await scene.git(["stash", "pop", "--quiet"]);
  assert.equal(scene.read("csrc/a.txt"), "not committed\n");
  await scene.settle(0);
});

test("a checkout of single files", async (t) => {
  const scene = await createEventScene(t);
  await scene.commit("csrc/a.txt", "two\n");
  await scene.git(["checkout", "--quiet", "HEAD~1", "--", "csrc/a.txt"]);
  await scene.settle(0);
  await scene.git(["restore", "--staged", "--worktree", "csrc/a.txt"]);
  await scene.settle(0);
});

test("a conflicted merge: nothing is built until it is finished by a commit", async (t) => {
  const scene = await createEventScene(t);
  await scene.publish("csrc/a.txt", "theirs\n");
  await scene.commit("csrc/a.txt", "mine\n");
  await scene.git(["fetch", "--quiet"]);
  const before = scene.starts();
  await scene.git(["merge", "--quiet", "origin/main"], 1);
  const { code, json } = await scene.box.cliJson(scene.top, "check");
  assert.equal(code, 3);
  assert.equal(json.decision, "blocked");
  assert.deepEqual(json.extensions[0]?.reasons[0], {
    kind: "operation-in-progress",
    path: "csrc/a.txt",
    text: "csrc/a.txt is not merged yet; it is looked at again when that is done",
  });
  const typed = await scene.box.cli(scene.top);
  assert.equal(typed.code, 3);
  assert.equal(
    typed.stderr,
    "rebuild-if-needed: E302 blocked: core: csrc/a.txt is not merged yet; it is looked at again when that is done (csrc/a.txt changed). Nothing was changed. Next: git status\n",
  );
  assert.equal(scene.starts(), before);
  scene.write("csrc/a.txt", "both\n");
  await scene.git(["add", "csrc/a.txt"]);
  const { stderr } = await scene.git(["commit", "--quiet", "--no-edit"]);
  assert.match(stderr, /^rebuild-if-needed: rebuilding core in the background/);
  await scene.settle(1);
});

test("a stopped merge in which nothing native moved stays fresh", async (t) => {
  const scene = await createEventScene(t);
  await scene.publish("README.md", "# theirs\n");
  await scene.commit("README.md", "# mine\n");
  await scene.git(["fetch", "--quiet"]);
  await scene.git(["merge", "--quiet", "origin/main"], 1);
  assert.equal((await scene.box.cli(scene.top, "check")).code, 0);
  assert.equal((await scene.box.cli(scene.top)).code, 0);
  await scene.git(["merge", "--abort"]);
  await scene.settle(0);
});

test("a rebase that stops and is aborted builds nothing and ends as it began", async (t) => {
  const scene = await createEventScene(t);
  await scene.publish("csrc/a.txt", "theirs\n");
  await scene.commit("csrc/a.txt", "mine\n");
  await scene.git(["fetch", "--quiet"]);
  await scene.git(["rebase", "--quiet", "origin/main"], 1);
  assert.equal((await scene.box.cli(scene.top, "check")).code, 3);
  await scene.git(["rebase", "--abort"]);
  await scene.settle(0);
});

test("a rebase that stops and goes on builds once", async (t) => {
  const scene = await createEventScene(t);
  await scene.publish("csrc/a.txt", "theirs\n");
  await scene.commit("csrc/a.txt", "mine\n");
  await scene.git(["fetch", "--quiet"]);
  await scene.git(["rebase", "--quiet", "origin/main"], 1);
  scene.write("csrc/a.txt", "both\n");
  await scene.git(["add", "csrc/a.txt"]);
  await scene.git(["rebase", "--continue"]);
  await scene.settle(1);
});

test("a linked work tree: nothing is built there by adding it, and its events do not touch this one", async (t) => {
  const scene = await createEventScene(t);
  const { box } = scene;
  const linked = box.path("linked");
  const { stdout, stderr } = await scene.git(["worktree", "add", "--quiet", "-b", "topic", linked]);
  assert.equal(stdout + stderr, "");
  await mustRun(box, linked, "wait");
  await scene.settle(0);
  assert.ok(!existsSync(join(linked, "pkg/glue.py")), "nothing is put where nobody asked for it");
  box.write(join(linked, "csrc/a.txt"), "linked\n");
  await box.git(linked, "add", "--all");
  const committed = await box.run(linked, ["git", "commit", "--quiet", "--message", "linked"]);
  assert.equal(committed.code, 0);
  assert.equal(
    committed.stderr,
    "rebuild-if-needed: no verified build is recorded here, so nothing is built by itself. Next: rebuild-if-needed init\n",
  );
  await scene.settle(0);
  assert.ok(!existsSync(join(linked, "pkg/glue.py")));
});
