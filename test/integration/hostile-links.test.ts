/** Inputs that are links: to files, links and folders, in the tree and outside, dangling and in circles. */
import assert from "node:assert/strict";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { checked, paired, previewed } from "../helpers/answers.ts";
import { CONFIG, drivenProject, mustRun, type Driven } from "../helpers/driven-project.ts";

/** Only `.h` below csrc counts, so that what a link hides is not found under a name of its own. */
const HEADERS = CONFIG.replace('["csrc/**", "build.py"]', '["csrc/**/*.h", "build.py"]');

async function linkedProject(t: Parameters<typeof drivenProject>[0]): Promise<Driven> {
  const project = await drivenProject(t, { files: { "rebuild-if-needed.toml": HEADERS } });
  project.write("shared/m.h", "one\n");
  project.write("shared/deep/n.h", "one\n");
  project.write("shared/readme.md", "one\n");
  link(project, "../shared/m.h", "csrc/direct.h");
  link(project, "hop", "csrc/chain.h");
  link(project, "../links/far", "csrc/hop");
  link(project, "../shared/m.h", "links/far");
  link(project, "../shared", "csrc/folder");
  link(project, "nowhere.h", "csrc/dangling.h");
  link(project, "loop-b.h", "csrc/loop-a.h");
  link(project, "loop-a.h", "csrc/loop-b.h");
  link(project, ".", "csrc/circle");
  await project.box.commit(project.top, "links");
  await mustRun(project.box, project.top);
  return project;
}

function link({ top, write }: Driven, target: string, path: string): void {
  write(`${path}.tmp`, "");
  rmSync(join(top, `${path}.tmp`));
  symlinkSync(target, join(top, path));
}

test("a link counts with what lies behind it, whatever leads there", async (t) => {
  const project = await linkedProject(t);
  const { box, top } = project;
  assert.deepEqual(await checked(project), ["fresh"]);
  assert.deepEqual(await previewed(project, "HEAD"), ["fresh"], "a commit's links are followed likewise");

  project.write("shared/m.h", "two\n");
  const behind = ["csrc/chain.h", "csrc/direct.h", "csrc/folder/m.h"].map((path) => `input-changed ${path}`);
  assert.deepEqual(await checked(project), ["rebuild", ...behind]);
  const before = await box.git(top, "rev-parse", "HEAD");
  const after = await box.commit(top, "the header behind them");
  assert.deepEqual(await checked(project), ["rebuild", ...behind], "committed");
  assert.deepEqual(await paired(project, before, after), ["rebuild", ...behind]);
  await box.git(top, "checkout", "--quiet", before);
  assert.deepEqual(await checked(project), ["fresh"]);
  assert.deepEqual(await previewed(project, after), ["rebuild", ...behind]);

  project.write("shared/readme.md", "two\n");
  project.write("shared/deep/new.h", "one\n");
  assert.deepEqual(await checked(project), ["rebuild", "input-added csrc/folder/deep/new.h"]);
  rmSync(join(top, "shared/deep/new.h"));
  assert.deepEqual(
    await checked(project),
    ["fresh"],
    "what no rule takes does not count behind a link either",
  );
});

test("a link that is turned, and a dangling one that comes to life", async (t) => {
  const project = await linkedProject(t);
  const { top } = project;
  project.write("csrc/nowhere.h", "alive\n");
  assert.deepEqual(await checked(project), [
    "rebuild",
    "input-added csrc/nowhere.h",
    "input-changed csrc/dangling.h",
  ]);
  rmSync(join(top, "csrc/nowhere.h"));
  assert.deepEqual(await checked(project), ["fresh"]);

  project.write("other/m.h", "one\n");
  rmSync(join(top, "csrc/folder"));
  symlinkSync("../other", join(top, "csrc/folder"));
  assert.deepEqual(await checked(project), ["rebuild", "input-removed csrc/folder/deep/n.h"]);
  rmSync(join(top, "csrc/folder"));
  symlinkSync("../shared", join(top, "csrc/folder"));
  assert.deepEqual(await checked(project), ["fresh"]);

  rmSync(join(top, "csrc/direct.h"));
  project.write("csrc/direct.h", "one\n");
  assert.deepEqual(
    await checked(project),
    ["rebuild", "input-changed csrc/direct.h"],
    "a file in a link's place",
  );
});

test("files and folders outside of the tree, and one that is too large to be read", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  box.write("outside/file.h", "one\n");
  box.write("outside/kit/a.h", "one\n");
  box.write("outside/kit/sub/b.h", "one\n");
  symlinkSync(box.path("outside/file.h"), join(top, "csrc/file.h"));
  symlinkSync("../../outside/kit", join(top, "csrc/kit"));
  symlinkSync("/", join(top, "csrc/root"));
  await box.commit(top, "links out");
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);
  assert.deepEqual(await checked(project), ["fresh"]);
  assert.deepEqual(await previewed(project, "HEAD"), ["fresh"]);
  writeFileSync(box.path("outside/file.h"), "two\n");
  writeFileSync(box.path("outside/kit/sub/b.h"), "two\n");
  writeFileSync(box.path("outside/kit/c.h"), "one\n");
  const expected = [
    "rebuild",
    "input-added csrc/kit/c.h",
    "input-changed csrc/file.h",
    "input-changed csrc/kit/sub/b.h",
  ];
  assert.deepEqual(await checked(project), expected);
  await box.git(top, "commit", "--quiet", "--allow-empty", "--message", "an event");
  await mustRun(box, top, "wait");
  assert.deepEqual(await checked(project), ["fresh"], "the hook saw it too");
  writeFileSync(box.path("outside/kit/sub/b.h"), "three\n");
  await box.git(top, "commit", "--quiet", "--allow-empty", "--message", "an event");
  await mustRun(box, top, "wait");
  assert.equal(project.starts(), 3, "past the quick answer");
});

test("a folder of inputs becomes a link to one with the same files, and back", async (t) => {
  const project = await drivenProject(t, { files: { "csrc/sub/a.h": "one\n" } });
  const { box, top } = project;
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);
  box.write("project/moved/a.h", "one\n");
  rmSync(join(top, "csrc/sub"), { recursive: true });
  symlinkSync("../moved", join(top, "csrc/sub"));
  assert.deepEqual(await checked(project), ["rebuild", "input-added csrc/sub"]);
  project.write("moved/a.h", "two\n");
  assert.deepEqual(await checked(project), ["rebuild", "input-added csrc/sub", "input-changed csrc/sub/a.h"]);
  rmSync(join(top, "csrc/sub"));
  await box.git(top, "checkout", "--quiet", "--", ".");
  assert.deepEqual(await checked(project), ["fresh"]);
});
