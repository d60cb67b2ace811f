/** Variables that name a local source tree in place of a pinned one: it counts by its content. */
import assert from "node:assert/strict";
import { existsSync, renameSync, utimesSync } from "node:fs";
import test from "node:test";
import { checked, previewed } from "../helpers/answers.ts";
import { CONFIG, drivenProject, mustRun, type Driven } from "../helpers/driven-project.ts";

const FILES = { "rebuild-if-needed.toml": `${CONFIG}environment = ["VENDOR_SRC_DIR"]\n` };

/** Built and fresh, with the variable in the environment of record and in no shell any more. */
async function built(
  t: Parameters<typeof drivenProject>[0],
  folder: string,
  variables: (path: string) => Readonly<Record<string, string>> = (path) => ({ VENDOR_SRC_DIR: path }),
): Promise<Driven> {
  const project = await drivenProject(t, { files: FILES });
  const { box, top } = project;
  box.write(`${folder}/include/a.h`, "one\n");
  box.write(`${folder}/README.md`, "one\n");
  if (folder === "vendor") {
    box.write("vendor/.gitignore", "*.o\n");
    await box.repository("vendor");
    await box.commit("vendor", "one");
  }
  const shell = box.with(variables(box.path(folder)));
  await mustRun(shell, top, "init", "--yes");
  await mustRun(shell, top);
  assert.deepEqual(await checked(project), ["fresh"]);
  assert.ok(existsSync(project.stateFile("fresh.sh")));
  return project;
}

async function afterEvent({ box, top, starts }: Driven): Promise<number> {
  const before = starts();
  await box.git(top, "commit", "--quiet", "--allow-empty", "--message", "nothing");
  await mustRun(box, top, "wait");
  return starts() - before;
}

test("a git work tree counts by what is in it, committed or not", async (t) => {
  const project = await built(t, "vendor");
  const { box } = project;
  box.write("vendor/include/a.h", "two\n");
  assert.equal(await afterEvent(project), 1, "an event sees it, past the quick answer");
  assert.deepEqual(await checked(project), ["fresh"]);
  await box.commit("vendor", "what was built is committed");
  assert.deepEqual(await checked(project), ["fresh"]);
  for (const path of ["vendor/README.md", "vendor/x.o"]) {
    box.write(path, "two\n");
    assert.deepEqual(await checked(project), ["fresh"], path);
  }
  assert.equal(await afterEvent(project), 0);
  box.write("vendor/include/new.h", "");
  assert.deepEqual(await previewed(project, "HEAD"), ["fresh"], "a pull leaves it as it was built");
  assert.equal(await afterEvent(project), 1, "a new file");
  await box.git("vendor", "stash", "--quiet", "--include-untracked");
  assert.equal((await checked(project))[0], "restore", "kept from before");
});

test("a plain folder counts by the content of its files; a missing one blocks", async (t) => {
  const project = await built(t, "plain");
  const { box, top } = project;
  utimesSync(box.path("plain/include/a.h"), 1, 1);
  box.write("plain/README.md", "two\n");
  assert.deepEqual(await checked(project), ["fresh"]);
  box.write("plain/include/deep/b.h", "");
  assert.deepEqual(await checked(project), ["rebuild", "input-changed $VENDOR_SRC_DIR"]);
  await mustRun(box, top);
  renameSync(box.path("plain"), box.path("moved"));
  const { code, stderr } = await box.cli(top);
  assert.equal(code, 3);
  assert.ok(stderr.includes(`VENDOR_SRC_DIR names ${box.path("plain")}, which does not exist`), stderr);
  renameSync(box.path("moved"), box.path("plain"));
  assert.deepEqual(await checked(project), ["fresh"]);
});

test("FETCHCONTENT_SOURCE_DIR_* among the options of CMake", async (t) => {
  const project = await built(t, "plain", (path) => ({
    CMAKE_ARGS: `-DX=1 -DFETCHCONTENT_SOURCE_DIR_VENDOR=${path}`,
  }));
  project.box.write("plain/include/a.h", "two\n");
  assert.deepEqual(await checked(project), ["rebuild", "input-changed $FETCHCONTENT_SOURCE_DIR_VENDOR"]);
});

test("a build that was there before is not taken to be of this tree", async (t) => {
  const project = await drivenProject(t, { files: FILES, clock: "real" });
  const { box, top } = project;
  box.write("plain/include/a.h", "one\n");
  const made = await box.run(top, ["python3", "build.py"]);
  assert.equal(made.code, 0, made.stderr);
  const shell = box.with({ VENDOR_SRC_DIR: box.path("plain") });
  await mustRun(shell, top, "init", "--yes");
  assert.ok((await checked({ box: shell, top })).includes("input-changed $VENDOR_SRC_DIR"));
  await mustRun(shell, top, "init", "--yes", "--assume-fresh");
  assert.deepEqual(await checked({ box: shell, top }), ["fresh"], "on a person's word it is");
});
