import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { builtProject, type Driven, drivenProject, mustRun } from "../helpers/driven-project.ts";
import { realMoves } from "../helpers/real-moves.ts";

test("a configured list: outputs of ours, one of a person's, one that is not there, the build directory", async (t) => {
  const project = await builtProject(t);
  project.write("csrc/a.txt", "two\n");
  project.write("pkg/glue.py", "VALUE = 'mine'\n");
  rmSync(join(project.top, "pkg/more.py"));
  const listed = await compareWithBuild(project);
  assert.deepEqual(listed, [
    "put pkg/glue.py aside, with a stand-in in its place; it is not of our build, so it goes to quarantine",
    "move work/ aside",
    "run python build.py",
  ]);
});

test("before the first build: what the globs name is not of our build", async (t) => {
  const project = await drivenProject(t);
  project.write("pkg/glue.py", "VALUE = 'mine'\n");
  const listed = await compareWithBuild(project);
  assert.match(listed.join("\n"), /^put pkg\/glue\.py aside, .* quarantine\nrun python build\.py$/);
});

test("a dry run changes nothing", async (t) => {
  const project = await builtProject(t);
  project.write("csrc/a.txt", "two\n");
  const before = project.digest();
  await mustRun(project.box, project.top, "--dry-run");
  assert.equal(project.digest(), before);
  assert.equal(project.starts(), 1);
});

/** Gives the dry run's list, after it was held against the journal of the build that follows. */
async function compareWithBuild(project: Driven): Promise<readonly string[]> {
  const { box, top } = project;
  const dry: { moves: string[] } = JSON.parse(await mustRun(box, top, "--dry-run", "--json"));
  project.drive("wait");
  const building = box.cli(top);
  await project.untilWaiting();
  const journal = box.read(project.stateFile("journal.json"));
  project.release("wait");
  assert.equal((await building).code, 0);
  assert.deepEqual(dry.moves.filter((move) => !move.startsWith("run ")).sort(), realMoves(top, journal));
  return dry.moves;
}
