/** Ways in which git is told not to look: flags, monitors, settings, stats put back, replaced objects. */
import assert from "node:assert/strict";
import { chmodSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { checked, paired, previewed } from "../helpers/answers.ts";
import { type Driven, drivenProject, mustRun } from "../helpers/driven-project.ts";

/** Edits a file so that size and mtime are as before. */
function editUnseen({ top, write }: Driven, path: string, text: string): void {
  const { atime, mtime } = statSync(join(top, path));
  write(path, text);
  utimesSync(join(top, path), atime, mtime);
}

test("assume-unchanged and skip-worktree: edits and deletions are seen, by look and by hook", async (t) => {
  const project = await drivenProject(t, { files: { "csrc/c.txt": "cee\n", "csrc/d.txt": "dee\n" } });
  const { box, top } = project;
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);
  await box.git(top, "update-index", "--assume-unchanged", "csrc/a.txt", "csrc/c.txt");
  await box.git(top, "update-index", "--skip-worktree", "csrc/b.txt", "csrc/d.txt");
  assert.deepEqual(await checked(project), ["fresh"], "the flags alone are no change");
  editUnseen(project, "csrc/a.txt", "two\n");
  editUnseen(project, "csrc/b.txt", "cow\n");
  rmSync(join(top, "csrc/c.txt"));
  rmSync(join(top, "csrc/d.txt"));
  assert.equal(await box.git(top, "status", "--porcelain"), "", "git is blind to all of it");
  const expected = ["changed csrc/a.txt", "changed csrc/b.txt", "removed csrc/c.txt", "removed csrc/d.txt"];
  const reasons = ["rebuild", ...expected.map((text) => `input-${text}`)];
  assert.deepEqual(await checked(project), reasons);
  assert.deepEqual(
    await previewed(project, "HEAD"),
    reasons,
    "a pull that touches none of them leaves them so",
  );
  await box.git(top, "commit", "--quiet", "--allow-empty", "--message", "an event");
  await mustRun(box, top, "wait");
  assert.deepEqual(await checked(project), ["fresh"]);
  assert.equal(project.starts(), 2);
});

test("settings that make git trust less than it should, and indexes of every kind", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  const monitor = box.path("monitor");
  box.write("monitor", `#!/bin/sh\nprintf 'token\\0'\n`);
  chmodSync(monitor, 0o755);
  const settings: readonly (readonly [string, string])[] = [
    ["core.trustctime", "false"],
    ["core.checkStat", "minimal"],
    ["core.fileMode", "false"],
    ["core.fsmonitor", monitor],
    ["core.fsmonitorHookVersion", "2"],
    ["core.untrackedCache", "true"],
    ["core.splitIndex", "true"],
    ["index.version", "4"],
    ["status.showUntrackedFiles", "no"],
    ["diff.external", "false"],
    ["diff.relative", "true"],
    ["diff.orderFile", "nowhere"],
    ["diff.noprefix", "true"],
    ["diff.ignoreSubmodules", "all"],
    ["core.quotePath", "false"],
    ["core.preloadIndex", "true"],
    ["submodule.recurse", "true"],
    ["alias.ls-files", "!false"],
    ["alias.lsf", "!false"],
    ["color.ui", "always"],
    ["core.pager", "false"],
    ["core.abbrev", "4"],
  ];
  for (const [key, value] of settings) await box.git(top, "config", key, value);
  await box.git(
    top,
    "update-index",
    "--split-index",
    "--untracked-cache",
    "--fsmonitor",
    "--index-version",
    "4",
  );
  await box.git(top, "status");
  await mustRun(box, top);
  assert.deepEqual(await checked(project), ["fresh"]);
  editUnseen(project, "csrc/a.txt", "two\n");
  project.write("csrc/new.txt", "new\n");
  assert.equal(await box.git(top, "status", "--porcelain"), "", "git is blind to both");
  const reasons = ["rebuild", "input-added csrc/new.txt", "input-changed csrc/a.txt"];
  assert.deepEqual(await checked(project), reasons);
  const first = await box.git(top, "rev-parse", "HEAD");
  const literal = {
    ...project,
    box: box.with({ GIT_LITERAL_PATHSPECS: "1", GIT_DIFF_OPTS: "-u0", GIT_TRACE: "0" }),
  };
  assert.deepEqual(await checked(literal), reasons);
  await box.git(top, "update-index", "--no-fsmonitor");
  await box.git(top, "config", "--unset", "core.fsmonitor");
  await box.git(top, "config", "--unset", "diff.orderFile");
  await box.git(top, "rm", "--quiet", "--cached", "csrc/a.txt");
  await box.commit(top, "two");
  await box.git(top, "config", "diff.orderFile", "nowhere");
  assert.deepEqual(await paired(project, first, "HEAD"), reasons);
});

test("an edit in the same tick as the index, with size and time as before", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await mustRun(box, top);
  const script = `import os, subprocess
path = "csrc/a.txt"
for text in ("two\\n", "six\\n"):
    with open(path, "w") as file: file.write("one\\n")
    subprocess.check_call(["git", "add", path])
    stat = os.stat(path)
    with open(path, "w") as file: file.write(text)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
`;
  for (let round = 0; round < 3; round++) {
    assert.equal((await box.run(top, ["python3", "-c", script])).code, 0);
    assert.deepEqual(await checked(project), ["rebuild", "input-changed csrc/a.txt"]);
  }
});

test("intent to add, a tracked file that is ignored, and one that the index alone forgot", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await mustRun(box, top);
  project.write("csrc/later.txt", "later\n");
  await box.git(top, "add", "--intent-to-add", "csrc/later.txt");
  assert.deepEqual(await checked(project), ["rebuild", "input-added csrc/later.txt"]);
  rmSync(join(top, "csrc/later.txt"));
  assert.deepEqual(await checked(project), ["fresh"], "announced, and not there");
  await box.git(top, "rm", "--quiet", "--cached", "csrc/later.txt", "csrc/a.txt");
  assert.deepEqual(await checked(project), ["fresh"], "untracked now, and still read by the build");
  assert.deepEqual(await previewed(project, "HEAD"), ["fresh"]);
  box.write("home/ignore", "*.txt\n");
  await box.git(top, "config", "core.excludesFile", box.path("home/ignore"));
  assert.deepEqual(
    await checked(project),
    ["rebuild", "input-removed csrc/a.txt"],
    "ignored files are no inputs",
  );
  await box.git(top, "add", "--force", "csrc/a.txt");
  assert.deepEqual(await checked(project), ["fresh"]);
});

test("core.symlinks=false: git's plain file for a link is that link", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await box.run(top, ["ln", "-s", "b.txt", "csrc/link.txt"]);
  await box.commit(top, "a link");
  await box.git(top, "config", "core.symlinks", "false");
  rmSync(join(top, "csrc/link.txt"));
  await box.git(top, "checkout", "--quiet", "--", "csrc/link.txt");
  assert.equal(project.read("csrc/link.txt"), "b.txt");
  await mustRun(box, top);
  utimesSync(join(top, "csrc/link.txt"), 1, 1);
  assert.deepEqual(await checked(project), ["fresh"], "only touched");
  project.write("csrc/link.txt", "a.txt");
  assert.deepEqual(await checked(project), ["rebuild", "input-changed csrc/link.txt"]);
});

test("git replace: a replaced commit and a replaced blob", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  await mustRun(box, top);
  const first = await box.git(top, "rev-parse", "HEAD");
  project.write("csrc/a.txt", "two\n");
  const second = await box.commit(top, "two");
  await box.git(top, "checkout", "--quiet", first);
  assert.deepEqual(await previewed(project, second), ["rebuild", "input-changed csrc/a.txt"]);
  await box.git(top, "replace", second, first);
  assert.deepEqual(await previewed(project, second), ["fresh"], "what git would check out");
  await box.git(top, "replace", "--delete", second);

  const blob = await box.git(top, "rev-parse", "HEAD:csrc/a.txt");
  await box.git(top, "replace", blob, `${second}:csrc/a.txt`);
  assert.deepEqual(await checked(project), ["fresh"], "the file on disk is as it was built");
  rmSync(join(top, "csrc/a.txt"));
  await box.git(top, "checkout", "--quiet", "--", "csrc/a.txt");
  assert.equal(project.read("csrc/a.txt"), "two\n");
  assert.deepEqual(await checked(project), ["rebuild", "input-changed csrc/a.txt"]);
});
