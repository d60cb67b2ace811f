/** Submodules: what git is told to ignore in them, nested ones, and where their git dirs lie. */
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { checked, previewed } from "../helpers/answers.ts";
import { drivenProject, mustRun, type Driven } from "../helpers/driven-project.ts";

const ALLOW = ["-c", "protocol.file.allow=always"] as const;

/** `csrc/sub`, with a submodule `inner` of its own; both as git clones them. */
async function withSubmodules(t: Parameters<typeof drivenProject>[0]): Promise<Driven> {
  const project = await drivenProject(t);
  const { box, top } = project;
  const inner = await box.repository("inner");
  box.write("inner/deep.h", "one\n");
  await box.commit(inner, "one");
  const library = await box.repository("library");
  box.write("library/lib.h", "one\n");
  box.write("library/more.h", "one\n");
  box.write("library/.gitignore", "*.o\n");
  await box.git(library, ...ALLOW, "submodule", "--quiet", "add", inner, "inner");
  await box.commit(library, "one");
  await box.git(top, ...ALLOW, "submodule", "--quiet", "add", library, "csrc/sub");
  await box.git(top, ...ALLOW, "submodule", "--quiet", "update", "--init", "--recursive");
  await box.commit(top, "submodules");
  await mustRun(box, top);
  return project;
}

const CHANGED = ["rebuild", "input-changed csrc/sub"];

test("local edits count whatever submodule.*.ignore says, each of them by its content", async (t) => {
  const project = await withSubmodules(t);
  const { box, top, write } = project;
  assert.deepEqual(await checked(project), ["fresh"]);
  chmodSync(join(top, "csrc/sub/lib.h"), 0o755);
  assert.deepEqual(await checked(project), ["fresh"], "the executable bit is no content");
  const edits: readonly (readonly [string, string, string])[] = [
    ["all", "csrc/sub/lib.h", "two\n"],
    ["dirty", "csrc/sub/inner/deep.h", "two\n"],
    ["untracked", "csrc/sub/new.h", "two\n"],
    ["all", "csrc/sub/inner/new.h", "two\n"],
  ];
  for (const [ignore, path, text] of edits) {
    await box.git(top, "config", "submodule.csrc/sub.ignore", ignore);
    await box.git(join(top, "csrc/sub"), "config", "submodule.inner.ignore", ignore);
    write(path, text);
    assert.deepEqual(await checked(project), CHANGED, path);
    await mustRun(box, top);
    write(path, "three\n");
    assert.deepEqual(await checked(project), CHANGED, `${path}, edited once more`);
    await mustRun(box, top);
    assert.deepEqual(await checked(project), ["fresh"]);
  }
  assert.deepEqual(await previewed(project, "HEAD"), ["fresh"], "a pull leaves the edits where they are");
  write("csrc/sub/x.o", "ignored\n");
  assert.deepEqual(await checked(project), ["fresh"]);
});

test("flags in a submodule hide no edit, staged or not; a git dir may lie in either place", async (t) => {
  const project = await withSubmodules(t);
  const { box, top, write } = project;
  const sub = join(top, "csrc/sub");
  await box.git(sub, "update-index", "--assume-unchanged", "lib.h");
  assert.deepEqual(await checked(project), ["fresh"]);
  write("csrc/sub/lib.h", "two\n");
  assert.deepEqual(await checked(project), CHANGED);
  write("csrc/sub/lib.h", "one\n");
  write("csrc/sub/more.h", "two\n");
  await box.git(sub, "add", "more.h");
  assert.deepEqual(await checked(project), CHANGED);
  await box.git(sub, "reset", "--quiet", "--hard");
  assert.deepEqual(await checked(project), ["fresh"]);

  // As an old git or a `git clone` in place had it: the git dir in the submodule's own folder.
  const dir = await box.git(sub, "rev-parse", "--absolute-git-dir");
  await box.run(top, ["rm", "csrc/sub/.git"]);
  await box.run(top, ["mv", dir, "csrc/sub/.git"]);
  await box.git(top, "config", "--file", "csrc/sub/.git/config", "--unset", "core.worktree");
  assert.deepEqual(await checked(project), ["fresh"]);
  write("csrc/sub/lib.h", "two\n");
  assert.deepEqual(await checked(project), CHANGED);
  write("csrc/sub/lib.h", "one\n");
  await box.git(top, "submodule", "--quiet", "absorbgitdirs");
  assert.deepEqual(await checked(project), ["fresh"]);
});

test("a submodule that a sparse checkout leaves out is not there; one that is not initialised blocks", async (t) => {
  const project = await withSubmodules(t);
  const { box, top } = project;
  await box.git(top, "submodule", "--quiet", "deinit", "--force", "csrc/sub");
  assert.deepEqual((await checked(project)).slice(0, 2), ["blocked", "input-changed csrc/sub"]);
  await box.git(top, "sparse-checkout", "set", "--no-cone", "/*", "!/csrc/sub");
  assert.deepEqual(await checked(project), ["rebuild", "input-removed csrc/sub"]);
  assert.equal((await box.cli(top)).code, 0, "and so nothing is in the way of a build");
  assert.deepEqual(await checked(project), ["fresh"]);
});

test("an event sees an edit in a nested submodule", async (t) => {
  const project = await withSubmodules(t);
  const { box, top, write } = project;
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);
  write("csrc/sub/inner/deep.h", "two\n");
  await box.git(top, "commit", "--quiet", "--allow-empty", "--message", "an event");
  await mustRun(box, top, "wait");
  assert.deepEqual(await checked(project), ["fresh"]);
  assert.equal(project.starts(), 2);
});
