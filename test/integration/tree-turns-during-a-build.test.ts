/** What random operations have found: a tree that becomes another one while it is built, and looks at odd moments. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { builtProject, mustRun } from "../helpers/driven-project.ts";
import { createEventScene, type EventScene } from "../helpers/event-scene.ts";

test("a squash that stops in a conflict runs post-merge, but nothing is built of it", async (t) => {
  const scene = await createEventScene(t);
  await scene.publish("csrc/a.txt", "theirs\n");
  await scene.commit("csrc/a.txt", "mine\n");
  await scene.git(["fetch", "--quiet"]);
  const before = scene.starts();
  const { stderr } = await scene.git(["merge", "--quiet", "--squash", "origin/main"], 1);
  assert.match(stderr, /E302 blocked: core: csrc\/a\.txt is not merged yet/);
  await mustRun(scene.box, scene.top, "wait");
  assert.equal(scene.starts(), before);
  scene.write("csrc/a.txt", "both\n");
  await scene.git(["commit", "--quiet", "--all", "--message", "squashed"]);
  await scene.settle(1);
});

test("a merge that stops in a conflict during a build: the conflict is not built", async (t) => {
  const scene = await createEventScene(t);
  await scene.publish("csrc/a.txt", "theirs\n");
  await scene.git(["fetch", "--quiet"]);
  const before = await startBuild(scene, "mine\n");
  await scene.git(["merge", "--quiet", "origin/main"], 1);
  await goOn(scene);
  assert.equal(scene.starts(), before, "no second try");
  assert.match(await scene.imported(), /one/, "the build before is in place");
  assert.equal((await scene.box.cli(scene.top, "check")).code, 3);
  await scene.git(["merge", "--abort"]);
  await mustRun(scene.box, scene.top, "wait");
  assert.equal(scene.starts() - before, 1);
  assert.match(await scene.imported(), /mine/);
});

test("a stranger's commit that is checked out during a build is held, and its recipe is not run", async (t) => {
  const scene = await createEventScene(t);
  const { box } = scene;
  const stranger = box.path("stranger");
  const theirs = box.with({ GIT_COMMITTER_NAME: "Sam Else", GIT_COMMITTER_EMAIL: "sam@example.invalid" });
  await theirs.git(box.root, "clone", "--quiet", scene.upstream.top, stranger);
  box.write(join(stranger, "csrc/a.txt"), "strange\n");
  await theirs.commit(stranger, "strange");
  await scene.git(["fetch", "--quiet", stranger, "main"]);
  const before = await startBuild(scene, "mine\n");
  await scene.git(["checkout", "--quiet", "--detach", "FETCH_HEAD"]);
  await goOn(scene);
  assert.equal(scene.starts(), before, "no second try");
  assert.match(await scene.imported(), /one/, "the build before is in place");
  const { json } = await box.cliJson(scene.top, "check");
  assert.equal(json.decision, "held");
});

test("a build that fails on its second try has failed for the state that the tree was in then", async (t) => {
  const scene = await createEventScene(t);
  await startBuild(scene, "two\n");
  scene.drive("fail", "7");
  scene.write("csrc/a.txt", "three\n");
  await goOn(scene);
  assert.match(await scene.imported(), /one/, "the build before is in place");
  scene.release("fail");
  const before = scene.starts();
  const { stderr } = await scene.git(["stash", "push", "--quiet"]);
  await mustRun(scene.box, scene.top, "wait");
  assert.doesNotMatch(stderr, /not tried again/);
  assert.equal(scene.starts() - before, 1, "the committed state was never built to its end, and now it is");
  assert.match(await scene.imported(), /two/);
  await scene.git(["stash", "pop", "--quiet"]);
  assert.equal((await scene.box.cli(scene.top, "wait")).code, 1);
  assert.equal(scene.starts() - before, 1, "the state that failed is not tried again");
});

test("a commit that only takes an output out of git, whose file has gone before: it is made again", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  project.drive("skip", "pkg/more.py");
  project.write("pkg/more.py", "VALUE = 'by hand'\n");
  await box.git(top, "add", "--force", "pkg/more.py");
  await box.commit(top, "an output of its own");
  await mustRun(box, top, "wait");
  rmSync(join(top, "pkg/more.py"));
  await mustRun(box, top, "check");
  project.release("skip");
  await box.git(top, "commit", "--quiet", "--all", "--message", "built again");
  await mustRun(box, top, "wait");
  assert.ok(existsSync(join(top, "pkg/more.py")));
});

test("git comes to track an output during a build: its file stays, and nobody is said to have changed it", async (t) => {
  const scene = await createEventScene(t);
  const { box, top } = scene;
  await scene.git(["switch", "--quiet", "--create", "tracking"]);
  scene.drive("skip", "pkg/more.py"); // as a recipe does that leaves tracked files alone
  scene.write("pkg/more.py", "VALUE = 'git has it'\n");
  scene.write("csrc/a.txt", "theirs\n");
  await box.git(top, "add", "--force", "pkg/more.py", "csrc/a.txt");
  await box.git(top, "-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--message", "tracked");
  await box.git(top, "-c", "core.hooksPath=/dev/null", "switch", "--quiet", "main");
  scene.release("skip");
  await mustRun(box, top);
  scene.drive("skip", "pkg/more.py");
  await startBuild(scene, "mine\n");
  await scene.git(["switch", "--quiet", "tracking"]);
  await goOn(scene);
  assert.equal(scene.read("pkg/more.py"), "VALUE = 'git has it'\n");
  assert.equal(await box.git(top, "status", "--short"), "");
  assert.match(scene.read("pkg/glue.py"), /theirs/, "and what is to be built was built");
  const said = readFileSync(outputOf(scene), "utf8");
  assert.doesNotMatch(said, /changed tracked files/);
  assert.match(said, /more\.py.*git tracks its place now/, "the old file is kept, and it is said where");
});

/** What the newest build has told. */
function outputOf({ stateFile }: EventScene): string {
  const newest = readdirSync(stateFile("builds")).sort().at(-1) ?? "";
  return stateFile("builds", newest, "log.jsonl");
}

/** Commits a source and waits until the build of it stands half-way. @returns how many builds have begun. */
async function startBuild(scene: EventScene, text: string): Promise<number> {
  scene.drive("wait");
  scene.write("csrc/a.txt", text);
  await scene.git(["commit", "--quiet", "--all", "--message", "mine"]);
  await scene.untilWaiting();
  return scene.starts();
}

/** Lets the recipe go on, and waits for all that follows. */
async function goOn(scene: EventScene): Promise<void> {
  scene.release("wait");
  await scene.box.cli(scene.top, "wait");
}
