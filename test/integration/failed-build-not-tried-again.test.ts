/** A fingerprint whose build failed: an event says so in one line and leaves it alone; a person's command tries. */
import assert from "node:assert/strict";
import test from "node:test";
import { builtProject, mustRun, type Driven } from "../helpers/driven-project.ts";
import { until } from "../helpers/until.ts";

test("an event does not repeat a failed build, also after another build in between; by hand it is tried", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  await box.git(top, "switch", "--quiet", "--create", "broken");
  project.write("csrc/a.txt", "broken\n");
  project.drive("fail", "7");
  await commitAndWait(project, "broken", "failed");
  assert.equal(project.starts(), 2);
  assert.match(await project.imported(), /one/, "the build before is in place");

  await box.git(top, "switch", "--quiet", "main");
  await mustRun(box, top, "wait");
  const again = await switchTo(project, "broken");
  assert.equal(
    again,
    "rebuild-if-needed: stale: core (csrc/a.txt changed), and its build failed for this very state, so it is not tried again. Next: rebuild-if-needed\n",
  );
  assert.equal(project.starts(), 2);

  await box.git(top, "switch", "--quiet", "main");
  await box.git(top, "switch", "--quiet", "--create", "other");
  project.write("csrc/a.txt", "other\n");
  project.release("fail");
  await commitAndWait(project, "other", "good");
  assert.equal(project.starts(), 3);
  project.drive("fail", "7");
  assert.match(await switchTo(project, "broken"), /so it is not tried again/);
  await box.cli(top, "wait");
  assert.equal(project.starts(), 3, "the broken state was not built a second time");

  const byHand = await box.cli(top);
  assert.equal(byHand.code, 1);
  assert.equal(project.starts(), 4);
  project.release("fail");
  assert.equal((await box.cli(top)).code, 0);
  assert.match(await project.imported(), /broken/);
});

/** Commits, and waits until the history has one more entry. */
async function commitAndWait(
  { box, top }: Driven,
  message: string,
  result: "good" | "failed",
): Promise<void> {
  const history = async (): Promise<readonly { result: string }[]> =>
    (await box.cliJson<{ builds: { result: string }[] }>(top, "history")).json.builds;
  const { length } = await history();
  await box.commit(top, message);
  await until(async () => (await history()).length > length, "the hook's build");
  assert.equal((await history()).at(-1)?.result, result);
  await box.cli(top, "wait");
}

/** What the hook says on a switch. */
async function switchTo({ box, top }: Driven, branch: string): Promise<string> {
  const { code, stderr } = await box.run(top, ["git", "switch", "--quiet", branch]);
  assert.equal(code, 0, stderr);
  return stderr;
}
