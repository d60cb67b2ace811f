/** A recipe that runs out of memory is tried once more with less at once; one that never ends is ended. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { CONFIG, drivenProject, mustRun } from "../helpers/driven-project.ts";
import { ninjaProject, STEPS } from "../helpers/ninja-project.ts";

test("a compiler that the system ended for memory: once more with half, and what was made is kept", async (t) => {
  const project = await ninjaProject(t);
  const box = project.box.with({ MAX_JOBS: "2" });
  await mustRun(box, project.top, "init", "--yes");
  project.drive("memory", 4);
  const { code, stderr } = await box.cli(project.top);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /memory ran out with 2 jobs at once: once more with 1 job at once/);
  const steps = project.steps();
  assert.deepEqual(steps.slice(0, 6), [0, 1, 2, 3, 4, 4], "no step is made twice but the one that failed");
  assert.equal(steps.length, STEPS + 1);
});

test("only once: with no less to try, the cause stands above the compiler's last lines", async (t) => {
  const project = await ninjaProject(t);
  const box = project.box.with({ MAX_JOBS: "3" });
  await mustRun(box, project.top, "init", "--yes");
  project.drive("always-memory", 4);
  const { code, stderr } = await box.cli(project.top);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /memory ran out with 3 jobs at once: once more with 1 job at once/);
  assert.match(stderr, /E201 build failed[^\n]*\nthe system ended a compiler because memory ran out\n/);
  assert.equal(project.steps().filter((at) => at === 4).length, 2, "one more try, not two");
});

test("a recipe that never ends is ended after time-limit, with all of its processes, and the old build stays", async (t) => {
  const limited = CONFIG.replace(`preset = "none"`, `preset = "none"\ntime-limit = 0.05`);
  const project = await drivenProject(t, { files: { "rebuild-if-needed.toml": limited } });
  await mustRun(project.box, project.top);
  const before = await project.imported();
  project.write("csrc/a.txt", "two\n");
  project.drive("wait");
  const { code, stderr } = await project.box.cli(project.top);
  assert.equal(code, 1, stderr);
  assert.match(
    stderr,
    /E201 build failed \(python3?[\d.]*, ended after 3\.0 s by time-limit\)\. Your previous build is untouched\./,
  );
  assert.equal(await project.imported(), before);
  const pid = readFileSync(join(project.box.root, "drive", "waiting"), "utf8");
  assert.ok(!existsSync(`/proc/${pid}`), "the recipe has ended");
});
