/** The hook says "Watch: rebuild-if-needed wait": that command must then find the build, however quickly it is typed. */
import assert from "node:assert/strict";
import test from "node:test";
import { builtProject } from "../helpers/driven-project.ts";

test("wait finds a build that was only just started, and ends with its exit code", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  project.write("csrc/a.txt", "two\n");
  project.drive("wait");
  project.drive("fail", "7");
  await box.git(top, "add", "--all");
  const { stderr } = await box.run(top, ["git", "commit", "--quiet", "--message", "two"]);
  assert.match(
    stderr,
    /^rebuild-if-needed: rebuilding core in the background, about [\d.]+ m?s \(csrc\/a\.txt changed\)\. Watch: rebuild-if-needed wait\n$/,
  );
  const waiting = box.cli(top, "wait");
  const first = await Promise.race([
    waiting.then(({ stderr: said }) => said),
    project.untilWaiting().then(() => "the build"),
  ]);
  assert.equal(first, "the build", "wait returned while the build was still to come");
  project.release("wait");
  const { code, stderr: end } = await waiting;
  assert.equal(code, 1, end);
  assert.match(end, /E201 build failed \(python[\d.]*, exit 7\)\. Your previous build is untouched\./);
});
