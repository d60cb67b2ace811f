/** Repositories in the repository: clones that hold sources, other work trees, and the work trees of this one. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { checked, previewed } from "../helpers/answers.ts";
import { drivenAt, drivenProject, mustRun } from "../helpers/driven-project.ts";

test("files of an untracked repository below the inputs are inputs", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await mustRun(box, top, "init", "--yes");
  const nested = await box.repository("project/csrc/kit");
  box.write("project/csrc/kit/a.h", "one\n");
  box.write("project/csrc/kit/.gitignore", "*.o\n");
  await box.commit(nested, "kit");
  const deep = await box.repository("project/csrc/kit/deep");
  box.write("project/csrc/kit/deep/b.h", "one\n");
  box.write("project/csrc/kit/x.o", "ignored\n");
  assert.ok(deep.endsWith("deep"));
  await mustRun(box, top);
  assert.deepEqual(await checked(project), ["fresh"]);
  assert.deepEqual(await previewed(project, "HEAD"), ["fresh"]);
  box.write("project/csrc/kit/a.h", "two\n");
  box.write("project/csrc/kit/deep/b.h", "two\n");
  box.write("project/csrc/kit/new.h", "one\n");
  const names = ["added csrc/kit/new.h", "changed csrc/kit/a.h", "changed csrc/kit/deep/b.h"];
  assert.deepEqual(await checked(project), ["rebuild", ...names.map((name) => `input-${name}`)]);
  await box.git(nested, "commit", "--quiet", "--all", "--message", "a commit there is no change here");
  assert.deepEqual(await checked(project), ["rebuild", ...names.map((name) => `input-${name}`)]);
  await box.git(top, "commit", "--quiet", "--allow-empty", "--message", "an event");
  await mustRun(box, top, "wait");
  assert.deepEqual(await checked(project), ["fresh"]);
  assert.equal(project.starts(), 2);
  rmSync(join(top, "csrc/kit"), { recursive: true });
  const [verdict, ...gone] = await checked(project);
  assert.equal(verdict, "rebuild");
  assert.ok(gone.every((reason) => reason.startsWith("input-removed csrc/kit/")));
});

test("another work tree that lies in this one is a copy, not an input; it has a state of its own", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await mustRun(box, top);
  await box.git(top, "worktree", "add", "--quiet", "csrc/copy", "-b", "other");
  assert.deepEqual(await checked(project), ["fresh"]);
  const copy = drivenAt(box, join(top, "csrc/copy"));
  assert.deepEqual(
    await checked(copy),
    ["restore", "no-baseline "],
    "the same source was built in the first",
  );
  copy.write("csrc/a.txt", "two\n");
  assert.deepEqual(await checked(project), ["fresh"]);
  assert.deepEqual(await checked(copy), ["rebuild", "no-baseline "]);
});

test("a clone that borrows its objects, and a submodule folder that holds no repository", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await box.git(box.root, "clone", "--quiet", "--shared", top, "borrower");
  const clone = drivenAt(box, box.path("borrower"));
  await mustRun(box, clone.top);
  assert.deepEqual(await previewed(clone, "HEAD"), ["fresh"]);
  const first = await box.git(top, "rev-parse", "HEAD");
  clone.write("csrc/a.txt", "two\n");
  await box.commit(clone.top, "two");
  assert.deepEqual(await previewed(clone, first), ["fresh"]);
  assert.deepEqual(await checked(clone), ["rebuild", "input-changed csrc/a.txt"]);
  clone.write("csrc/empty/.git", "gitdir: nowhere\n");
  clone.write("csrc/empty/a.h", "one\n");
  const answer = await clone.box.cliJson<{ decision?: string; error?: { code: string } }>(clone.top, "check");
  assert.ok(answer.code === 10 || answer.code === 2, `${answer.code} ${answer.stdout}`);
  const git = await box.run(clone.top, ["git", "ls-files", "--others"]);
  assert.equal(git.code === 0, answer.code === 10, "where git itself gives up, so do we, in one line");
});
