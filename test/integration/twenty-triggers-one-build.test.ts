/** Many events at once make one build; one that brings a newer state makes exactly one more, and none is lost. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import test from "node:test";
import { newBuildId, writeRequest } from "../../src/build/request.ts";
import { leaveToBuilder } from "../../src/build/running.ts";
import { createCanceller } from "../../src/build/canceller.ts";
import { openLog } from "../../src/build/build-log.ts";
import { lockHolder } from "../../src/build/lock.ts";
import { worktreeLock } from "../../src/build/lock-places.ts";
import { markLookDue } from "../../src/build/look-due.ts";
import { inTurn } from "../../src/build/work-tree-turn.ts";
import { builtProject, drivenProject, mustRun } from "../helpers/driven-project.ts";
import { workspaceOf } from "../helpers/hook-repo.ts";
import { until } from "../helpers/until.ts";

const WHO = String.raw`process \d+, started by post-\w+ in \/\S+\/project at \d\d:\d\d, [\d.]+ m?s ago`;
const STARTED =
  /^rebuild-if-needed: rebuilding core in the background, about [\d.]+ m?s \(csrc\/a\.txt changed\)\. Watch: rebuild-if-needed wait\n$/;
const LEFT = new RegExp(`^rebuild-if-needed: a build runs \\(${WHO}\\); it looks once more when it ends\\n$`);

test("twenty hooks in the same moment: one build; a commit during it: one more", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  project.write("csrc/a.txt", "two\n");
  project.drive("wait");
  const hooks = await Promise.all(
    Array.from({ length: 20 }, () => box.run(top, [".git/hooks/post-merge", "0"])),
  );
  for (const { code, stderr } of hooks) {
    assert.equal(code, 0);
    assert.ok(STARTED.test(stderr) || LEFT.test(stderr), stderr);
  }
  await project.untilWaiting();
  assert.equal(project.starts(), 2, "the first build, and this one");

  project.write("csrc/a.txt", "three\n");
  const { code, stderr } = await box.run(top, ["git", "commit", "--quiet", "--all", "--message", "three"]);
  assert.equal(code, 0);
  assert.match(stderr, LEFT);
  project.release("wait");
  await mustRun(box, top, "wait");
  assert.equal(project.starts(), 3, "the newer state is built once");
  assert.match(await project.imported(), /three/);
  assert.equal((await box.cli(top, "check")).code, 0);
});

test("a commit after the builder has observed again and put the new build in place", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  project.write("csrc/a.txt", "two\n");
  project.drive("wait");
  await box.git(top, "commit", "--quiet", "--all", "--message", "two");
  await project.untilWaiting();
  const { json } = await box.cliJson<{ running: { pid: number } }>(top, "status");
  project.release("wait");
  await until(() => !existsSync(project.stateFile("journal.json")), "the end of the transaction");
  project.write("csrc/a.txt", "three\n");
  signal(json.running.pid, "SIGSTOP"); // it has only its last look before it
  const late = await box.run(top, ["git", "commit", "--quiet", "--all", "--message", "three"]);
  signal(json.running.pid, "SIGCONT");
  assert.ok(LEFT.test(late.stderr) || STARTED.test(late.stderr), late.stderr);
  await mustRun(box, top, "wait");
  assert.equal(project.starts(), 3);
  assert.match(await project.imported(), /three/);
});

test("an event that comes when the builder has let go of its lock and not ended yet", async (t) => {
  const ws = await workspaceOf((await drivenProject(t)).top);
  const buildId = newBuildId();
  const request = {
    version: 1,
    buildId,
    trigger: "post-merge",
    force: false,
    only: null,
    ignoreOperation: false,
    wait: true,
  } as const;
  writeRequest(ws, request);
  let rounds = 0;
  let isMarked = false;
  const canceller = {
    ...createCanceller(),
    // Asked once more after the lock was released: the last moment in which somebody can have taken us for running.
    get asked(): boolean {
      if (rounds > 0 && !isMarked && lockHolder(worktreeLock(ws)) === null) {
        isMarked = true;
        markLookDue(ws);
      }
      return false;
    },
  };
  const run = { ws, request, log: openLog(ws, buildId), canceller, lines: [], moved: [] };
  const exit = await inTurn(run, () => Promise.resolve(++rounds === 1 ? 7 : 8));
  assert.deepEqual({ isMarked, rounds, exit }, { isMarked: true, rounds: 2, exit: 8 });
  assert.equal(leaveToBuilder(ws), null, "from now on the look is the event's own");
});

/** On a busy machine it may have ended before: then the event builds by itself. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended
  }
}
