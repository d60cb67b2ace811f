/** pull, cherry-pick, revert, squash, am: each ends with the outputs of its source, by one build or none at all. */
import assert from "node:assert/strict";
import test from "node:test";
import { createEventScene } from "../helpers/event-scene.ts";

const BUILDING =
  /^rebuild-if-needed: rebuilding core in the background, about [\d.]+ m?s \(csrc\/\w\.txt changed\)\. Watch: rebuild-if-needed wait$/m;
const RESTORED = /^rebuild-if-needed: restored: core in [\d.]+ m?s\n$/;

test("a pull of documentation is silent and costs nothing", async (t) => {
  const scene = await createEventScene(t);
  await scene.publish("README.md", "# more\n");
  const { stdout, stderr } = await scene.git(["pull", "--quiet"]);
  assert.equal(stdout + stderr, "");
  await scene.settle(0);
});

test("pull --rebase over local commits builds once, at its end", async (t) => {
  const scene = await createEventScene(t);
  await scene.commit("csrc/a.txt", "mine\n");
  await scene.commit("README.md", "# mine\n");
  await scene.publish("csrc/b.txt", "upstream\n");
  const { stderr } = await scene.git(["pull", "--quiet", "--rebase"]);
  assert.match(stderr, BUILDING);
  assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
  await scene.settle(1);
});

test("pull --rebase --autostash builds what is there after the stash came back", async (t) => {
  const scene = await createEventScene(t);
  await scene.commit("README.md", "# mine\n");
  await scene.publish("csrc/b.txt", "upstream\n");
  scene.write("csrc/a.txt", "not committed\n");
  await scene.git(["pull", "--quiet", "--rebase", "--autostash"]);
  await scene.settle(1);
  assert.equal(scene.read("csrc/a.txt"), "not committed\n");
});

test("cherry-pick builds, and revert takes the build before from its slot", async (t) => {
  const scene = await createEventScene(t);
  const id = await scene.publish("csrc/b.txt", "picked\n");
  await scene.git(["fetch", "--quiet"]);
  const picked = await scene.git(["cherry-pick", id]);
  assert.match(picked.stderr, BUILDING);
  await scene.settle(1);
  const { stderr } = await scene.git(["revert", "--no-edit", "HEAD"]);
  assert.match(stderr, RESTORED);
  await scene.settle(0);
});

test("merge --squash builds what lies in the work tree; committing it changes nothing more", async (t) => {
  const scene = await createEventScene(t);
  await scene.publish("csrc/b.txt", "squashed\n");
  await scene.git(["fetch", "--quiet"]);
  const { stderr } = await scene.git(["merge", "--quiet", "--squash", "origin/main"]);
  assert.match(stderr, BUILDING);
  await scene.settle(1);
  const committed = await scene.git(["commit", "--quiet", "--message", "squashed"]);
  assert.equal(committed.stderr, "");
  await scene.settle(0);
});

test("am builds once, after the last patch", async (t) => {
  const scene = await createEventScene(t);
  await scene.publish("csrc/a.txt", "patched\n");
  await scene.publish("csrc/b.txt", "patched too\n");
  await scene.git(["fetch", "--quiet"]);
  const { stdout: patches } = await scene.git(["format-patch", "--stdout", "HEAD..origin/main"]);
  scene.box.write("patches", patches);
  await scene.git(["am", "--quiet", scene.box.path("patches")]);
  await scene.settle(1);
});

test("a failed build does not fail the pull, and the old build stays importable", async (t) => {
  const scene = await createEventScene(t);
  await scene.publish("csrc/b.txt", "broken\n");
  scene.drive("fail", "7");
  const { stderr } = await scene.git(["pull", "--quiet"]);
  assert.match(stderr, BUILDING);
  assert.equal((await scene.box.cli(scene.top, "wait")).code, 1);
  assert.match(await scene.imported(), /^b'one\\nbee\\n' b'one\\nbee\\n'$/);
  assert.equal((await scene.box.cli(scene.top, "check")).code, 10);
});
