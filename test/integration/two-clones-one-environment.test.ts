/** Two clones that share a venv: one builds into it, the other says who does and waits; git never does. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import test from "node:test";
import { drivenAt, drivenProject, mustRun, type Driven } from "../helpers/driven-project.ts";
import { until } from "../helpers/until.ts";
import { pythonVenv } from "../helpers/venv.ts";

const WHO = String.raw`process \d+, started by rebuild-if-needed in \/\S+\/one at \d\d:\d\d, [\d.]+ m?s ago`;

test("the second clone says who builds and waits; --no-wait ends with 4; a hook returns at once", async (t) => {
  const { one, two } = await clones(t);
  one.drive("wait");
  const first = one.box.cli(one.top);
  await one.untilWaiting();
  const second = two.box.cli(two.top);
  await until(async () => (await runningIn(two))?.waiting !== undefined, "the second builder to wait");
  assert.match(
    (await runningIn(two))?.waiting ?? "",
    new RegExp(`^waiting for the build into the same environment: ${WHO}$`),
  );
  assert.equal(one.starts(), 3, "two first builds, and one that runs");
  assert.equal((await two.box.cli(two.top, "cancel")).code, 0, "waiting can be cancelled");
  assert.equal((await second).code, 130);

  const busy = await two.box.cli(two.top, "--no-wait");
  assert.equal(busy.code, 4);
  assert.match(
    busy.stderr,
    new RegExp(
      `^rebuild-if-needed: E401 another build runs into this environment: ${WHO}\\. Next: rebuild-if-needed\\n$`,
    ),
  );

  const commit = await two.box.run(two.top, ["git", "commit", "--quiet", "--all", "--message", "two"]);
  assert.equal(commit.code, 0);
  assert.match(commit.stderr, /^rebuild-if-needed: rebuilding core in the background, .*\n$/);
  assert.equal(one.starts(), 3);
  one.release("wait");
  assert.equal((await first).code, 0);
  await mustRun(two.box, two.top, "wait");
  assert.equal(one.starts(), 4);
  assert.match(await two.imported(), /two/);
});

test("a builder that is killed holds nobody up", async (t) => {
  const { one, two } = await clones(t);
  one.drive("wait");
  const first = one.box.cli(one.top);
  await one.untilWaiting();
  process.kill((await runningIn(one))?.pid ?? 0, "SIGKILL");
  assert.equal((await first).code, 1);
  one.release("wait");
  await mustRun(two.box, two.top);
  assert.match(await two.imported(), /two/);
  const [lock = ""] = readdirSync(
    two.box.path("home", ".local", "state", "rebuild-if-needed", "environments"),
  );
  assert.deepEqual(
    readdirSync(two.box.path("home", ".local", "state", "rebuild-if-needed", "environments", lock)).filter(
      (name) => name.startsWith("hold-"),
    ),
    [],
    "no claim is left",
  );
});

/** Both built once with the same venv, and stale. */
async function clones(t: Parameters<typeof drivenProject>[0]): Promise<{ one: Driven; two: Driven }> {
  const one = await drivenProject(t, { name: "one" });
  const venv = await pythonVenv(one.box, "venv", []);
  const box = one.box.with(venv.activated);
  const top = box.path("two");
  await box.git(box.root, "clone", "--quiet", one.top, top);
  const both = { one: drivenAt(box, one.top), two: drivenAt(box, top) };
  for (const project of Object.values(both)) {
    await mustRun(box, project.top, "init", "--yes");
    await mustRun(box, project.top);
    project.write("csrc/a.txt", "two\n");
  }
  return both;
}

async function runningIn({ box, top }: Driven): Promise<{ pid: number; waiting?: string } | null> {
  type Status = { running: { pid: number; waiting?: string } | null };
  return (await box.cliJson<Status>(top, "status")).json.running;
}
