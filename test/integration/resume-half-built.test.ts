/** A build that failed, was cancelled or killed goes on where it was; what it makes is what one from nothing makes. */
import assert from "node:assert/strict";
import { readdirSync, rmSync, utimesSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { mustRun } from "../helpers/driven-project.ts";
import { ninjaProject, STEPS, type NinjaProject } from "../helpers/ninja-project.ts";

const ALL = Array.from({ length: STEPS }, (_, at) => at);
const from = (first: number): number[] => ALL.slice(first);

test("a build that stopped half-way", async (t) => {
  const project = await ninjaProject(t);
  await mustRun(project.box, project.top, "init", "--yes");
  await mustRun(project.box, project.top);
  const { box, top } = project;

  await t.test("goes on after a failure whose cause is gone", async () => {
    await breakAt(project, "two", "fail", 7);
    const { code, stderr } = await box.cli(top);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /resuming at 7\/13/);
    assert.deepEqual(project.steps(), from(7));
    assertBuilt(project, "two");
    assert.deepEqual(readdirSync(join(top, ".git/rebuild-if-needed/stage")), [], "nothing is left of it");
  });

  await t.test("makes a step again whose input was touched after the failure", async () => {
    await breakAt(project, "three", "fail", 7);
    const soon = new Date(Date.now() + 1000);
    utimesSync(join(top, "csrc/s3.txt"), soon, soon);
    await mustRun(box, top);
    assert.deepEqual(project.steps(), [3, ...from(7)]);
    assertBuilt(project, "three");
  });

  await t.test("goes on after a cancel, and makes the step that was at work again", async () => {
    await breakAt(project, "four", "interrupt", 5, 130);
    await mustRun(box, top);
    assert.deepEqual(project.steps(), from(5));
    assertBuilt(project, "four");
  });

  await t.test(
    "goes on after its builder was killed, and makes the step that was at work again",
    async () => {
      await breakAt(project, "five", "kill", 5);
      await mustRun(box, top);
      assert.deepEqual(project.steps(), from(5));
      assertBuilt(project, "five");
    },
  );

  await t.test(
    "starts from nothing where an input was written since a kill: perhaps the recipe still ran",
    async () => {
      await breakAt(project, "six", "kill", 5);
      box.write(join(top, "csrc/s3.txt"), "six 3;");
      await mustRun(box, top);
      assert.deepEqual(project.steps(), ALL);
      assertBuilt(project, "six");
    },
  );

  await t.test("starts from nothing where the source is another one", async () => {
    await breakAt(project, "seven", "fail", 7);
    box.write(join(top, "csrc/s11.txt"), "other 11;");
    await mustRun(box, top);
    assert.deepEqual(project.steps(), ALL);
    assert.match(glue(project), /other 11/);
  });

  await t.test("starts from nothing with --force", async () => {
    await breakAt(project, "eight", "fail", 7);
    await mustRun(box, top, "--force");
    assert.deepEqual(project.steps(), ALL);
    assertBuilt(project, "eight");
  });

  await t.test("goes on for as long as it gets further", async () => {
    await breakAt(project, "nine", "fail", 3);
    project.drive("fail", 8);
    assert.equal((await box.cli(top)).code, 1);
    assert.deepEqual(project.steps(), [3, 4, 5, 6, 7, 8]);
    assert.equal((await box.cli(top)).code, 1);
    assert.deepEqual(project.steps(), [8], "no step further");
    project.release();
    await mustRun(box, top);
    assert.deepEqual(project.steps(), ALL);
    assertBuilt(project, "nine");
  });
});

test("a resumed build that is not good is made from nothing at once", async (t) => {
  // pkg/more.py is written in passing by a step that ninja takes for done.
  const project = await ninjaProject(t, { "csrc/copies.txt": "", "last.py": LAST, ...lastStep() });
  const { box, top } = project;
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);
  rewrite(project, "two");
  box.write("drive/last", "");
  assert.equal((await box.cli(top)).code, 1);
  project.steps();
  rmSync(box.path("drive/last"));
  const { code, stderr } = await box.cli(top);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /the resumed build was not good \(E20[24]\): building from nothing/);
  assert.deepEqual(project.steps(), ALL);
  assertBuilt(project, "two");
  assert.equal(box.read(join(top, "pkg/more.py")), glue(project));
});

/** A recipe step after ninja's, which fails for as long as the test says so. */
const LAST = `import sys
from pathlib import Path

sys.exit(1 if Path("../drive/last").exists() else 0)
`;

function lastStep(): Record<string, string> {
  return {
    "rebuild-if-needed.toml": `preset = "none"

[[extension]]
name = "core"
inputs = ["csrc/**", "*.py", "build.ninja"]
outputs = ["pkg/glue.py", "pkg/more.py"]
build-dirs = ["work"]
recipe = [["mkdir", "-p", "work"], ["cp", "build.ninja", "work"], ["ninja", "-C", "work"], ["cp", "work/glue.py", "pkg/glue.py"], ["python", "last.py"]]
`,
  };
}

/** Gives each source a new text, and lets the build stop at a step. */
async function breakAt(
  project: NinjaProject,
  word: string,
  order: Parameters<NinjaProject["drive"]>[0],
  at: number,
  exit = 1,
): Promise<void> {
  const before = glue(project);
  rewrite(project, word);
  project.drive(order, at);
  project.steps();
  const { code, stderr } = await project.box.cli(project.top);
  assert.equal(code, exit, stderr);
  assert.deepEqual(project.steps(), ALL.slice(0, at + 1));
  assert.equal(glue(project), before, "the old build is in place");
  project.release();
}

function rewrite({ box, top }: NinjaProject, word: string): void {
  for (const at of ALL) box.write(join(top, `csrc/s${at}.txt`), `${word} ${at};`);
}

function glue({ box, top }: NinjaProject): string {
  return box.read(join(top, "pkg/glue.py"));
}

function assertBuilt(project: NinjaProject, word: string): void {
  assert.equal(glue(project), `VALUE = '${ALL.map((at) => `${word} ${at};`).join("")}'\n`);
}
