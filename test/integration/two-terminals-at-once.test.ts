/** The same command in two terminals, a hook and a command, a second builder: one build, and everybody learns its end. */
import assert from "node:assert/strict";
import test from "node:test";
import { builtProject, drivenProject, mustRun } from "../helpers/driven-project.ts";
import { until } from "../helpers/until.ts";

test("two typed commands make one build, and both end well", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  project.drive("wait");
  const first = box.cli(top);
  await project.untilWaiting();
  const second = box.cli(top);
  const status = await box.cli(top, "status", "--short");
  assert.deepEqual([status.code, status.stdout], [10, "building\n"]);
  const busy = await box.cli(top, "--no-wait");
  assert.equal(busy.code, 4);
  assert.match(
    busy.stderr,
    /^rebuild-if-needed: E401 another build runs: process \d+, started by rebuild-if-needed in \/\S+\/project at \d\d:\d\d, [\d.]+ m?s ago\. Next: rebuild-if-needed wait\n$/,
  );
  project.release("wait");
  for (const { code, stderr } of await Promise.all([first, second])) assert.equal(code, 0, stderr);
  assert.equal(project.starts(), 1);
  assert.match(await project.imported(), /one/);
});

test("two commands typed in the same moment", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  const ends = await Promise.all([box.cli(top), box.cli(top), box.cli(top)]);
  for (const { code, stderr } of ends) assert.equal(code, 0, stderr);
  assert.equal(project.starts(), 1);
});

test("an event while a build runs: that builder looks once more, and builds what has moved", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  project.write("csrc/a.txt", "two\n");
  project.drive("wait");
  const building = box.cli(top);
  await project.untilWaiting();
  await box.git(top, "add", "README.md");
  const { stderr } = await box.run(top, ["git", "commit", "--quiet", "--allow-empty", "-m", "meanwhile"]);
  assert.match(
    stderr,
    /^rebuild-if-needed: a build runs \(process \d+, started by rebuild-if-needed in \/\S+\/project at \d\d:\d\d, [\d.]+ m?s ago\); it looks once more when it ends\n$/,
  );
  project.release("wait");
  assert.equal((await building).code, 0);
  await mustRun(box, top, "wait");
  assert.equal((await box.cli(top, "check")).code, 0);
  assert.equal(project.starts(), 2, "the commit changed no source: nothing more was built");
});

test("cancel from another terminal ends the build; the old one stays", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  project.write("csrc/a.txt", "two\n");
  const before = project.digest();
  project.drive("wait");
  const building = box.cli(top);
  await project.untilWaiting();
  const { code, stderr } = await box.cli(top, "cancel");
  assert.ok([0, 130].includes(code), stderr);
  assert.equal((await building).code, 130);
  assert.equal(project.digest(), before);
  await until(async () => (await box.cli(top, "status", "--short")).stdout === "rebuild\n", "the end");
  const none = await box.cli(top, "wait");
  assert.deepEqual([none.code, none.stderr], [0, "no build runs\n"]);
});
