/** `status`, `wait` and `cancel` as a person and a program read them: idle, while a build runs, and after its end. */
import assert from "node:assert/strict";
import test from "node:test";
import { builtProject, mustRun, type Driven } from "../helpers/driven-project.ts";
import { until } from "../helpers/until.ts";

const TIME = String.raw`[\d.]+ m?s`;

test("while nothing runs", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  for (const command of ["wait", "cancel"]) {
    const { code, stdout, stderr } = await box.cli(top, command);
    assert.deepEqual([code, stdout, stderr], [0, "", "no build runs\n"], command);
  }
  assert.match(
    await mustRun(box, top, "status"),
    new RegExp(
      `^fresh: core is the build of this source\\nlast: rebuild of core at \\S+Z: good in ${TIME}\\n$`,
    ),
  );
  const { json } = await box.cliJson<Status>(top, "status");
  assert.deepEqual([json.version, json.decision, json.running, json.last.result], [1, "fresh", null, "good"]);
});

test("while one runs, and after it was cancelled, has failed, and is good", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  await startInBackground(project, "two");
  const { code, stdout } = await box.cli(top, "status");
  assert.equal(code, 10);
  assert.match(
    stdout,
    new RegExp(
      String.raw`^building: core, at "build", ${TIME} of about ${TIME}
  csrc/a\.txt changed
  process \d+, started by post-commit in ${top} at \d\d:\d\d, ${TIME} ago
  log: ${top}/\.git/rebuild-if-needed/builds/[\w-]+/output\.log
  Watch: rebuild-if-needed wait\. Stop: rebuild-if-needed cancel
last: rebuild of core at \S+Z: good in ${TIME}
$`,
    ),
  );
  const { running } = (await box.cliJson<Status>(top, "status")).json;
  assert.ok(running !== null && running.elapsedMs >= 0 && Date.parse(running.since) > 0);
  assert.deepEqual(
    [
      running.trigger,
      running.extension,
      running.stage,
      running.log.endsWith(`${running.buildId}/output.log`),
    ],
    ["post-commit", "core", "build", true],
  );

  const waiting = box.cli(top, "wait");
  const cancelled = await box.cli(top, "cancel");
  assert.deepEqual(
    [cancelled.code, cancelled.stderr],
    [0, "rebuild-if-needed: E209 cancelled. Your previous build is in place. Next: rebuild-if-needed\n"],
  );
  assert.equal((await waiting).code, 130);
  assert.match(
    await statusOf(project),
    new RegExp(`\nlast: rebuild of core at \\S+Z: cancelled in ${TIME}\n$`),
  );

  project.drive("fail", "7");
  await startInBackground(project, "three");
  project.release("wait");
  assert.equal((await box.cli(top, "wait")).code, 1);
  assert.match(
    await statusOf(project),
    new RegExp(
      String.raw`\nlast: rebuild of core at \S+Z: failed in ${TIME}
  E201 build failed \(python[\d.]*, exit 7\)\. Your previous build is untouched\.
  log: ${top}/\.git/rebuild-if-needed/builds/[\w-]+/output\.log
$`,
    ),
  );
  project.release("fail");
  await startInBackground(project, "four");
  const last = box.cli(top, "wait");
  project.release("wait");
  const good = await last;
  assert.equal(good.code, 0);
  assert.match(good.stderr, new RegExp(`\nrebuilt and verified: core in ${TIME}\n$`));
});

interface Status {
  readonly version: number;
  readonly decision: string;
  readonly running: {
    readonly buildId: string;
    readonly trigger: string;
    readonly since: string;
    readonly elapsedMs: number;
    readonly extension: string;
    readonly stage: string;
    readonly log: string;
  } | null;
  readonly last: { readonly result: string };
}

async function startInBackground(project: Driven, text: string): Promise<void> {
  project.write("csrc/a.txt", `${text}\n`);
  project.drive("wait");
  await project.box.git(project.top, "commit", "--quiet", "--all", "--message", text);
  await project.untilWaiting();
}

/** What `status` prints when nothing runs any more. */
async function statusOf({ box, top }: Driven): Promise<string> {
  await until(async () => !(await box.cli(top, "status")).stdout.includes("building"), "the end");
  return (await box.cli(top, "status")).stdout;
}
