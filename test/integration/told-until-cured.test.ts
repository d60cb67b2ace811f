/** A result that is not good is told in one line at every event, until it is cured; then the hooks are silent again. */
import assert from "node:assert/strict";
import { renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { builtProject, drivenProject, mustRun, type Driven } from "../helpers/driven-project.ts";

const FAILED =
  "rebuild-if-needed: stale: core (csrc/a.txt changed), and its build failed for this very state, so it is not tried again. Next: rebuild-if-needed\n";

test("failed: told by every kind of event, also after HEAD was elsewhere; silent once it is built", async (t) => {
  const project = await builtProject(t);
  await project.box.git(project.top, "switch", "--quiet", "--create", "broken");
  project.write("csrc/a.txt", "broken\n");
  project.drive("fail", "7");
  await event(project, "commit", "--all", "--message", "broken");
  const { code } = await project.box.cli(project.top, "wait");
  assert.ok([0, 1].includes(code));
  project.write("README.md", "more\n");
  assert.equal(await event(project, "commit", "--all", "--message", "no source"), FAILED);
  assert.equal(await event(project, "switch", "main"), "", "its build is still in place");
  assert.equal(await event(project, "commit", "--allow-empty", "--message", "all is well here"), "");
  assert.equal(await event(project, "switch", "broken"), FAILED);
  assert.equal(await event(project, "commit", "--amend", "--message", "again"), FAILED);
  project.release("fail");
  await mustRun(project.box, project.top);
  assert.equal(await event(project, "commit", "--allow-empty", "--message", "cured"), "");
});

test("stopped before it began, in the background: told at the next event, and tried again", async (t) => {
  const project = await builtProject(t);
  const lock = project.stateFile("lock");
  renameSync(lock, `${lock}.away`);
  writeFileSync(lock, "");
  project.write("csrc/a.txt", "two\n");
  const first = await event(project, "commit", "--all", "--message", "two");
  assert.match(
    first,
    /^rebuild-if-needed: rebuilding core in the background, about [\d.]+ m?s \(csrc\/a\.txt changed\)\. Watch: rebuild-if-needed wait\n$/,
  );
  const waited = await project.box.cli(project.top, "wait");
  assert.equal(waited.code, 3);
  assert.match(waited.stderr, /rebuild-if-needed: E303 [^\n]+\n$/);
  const next = await event(project, "commit", "--allow-empty", "--message", "next");
  assert.match(
    next,
    /^rebuild-if-needed: trying core again in the background \(csrc\/a\.txt changed\); the last try stopped: E303 [^\n]+ Next: [^\n]+\n$/,
  );
  await project.box.cli(project.top, "wait");
  rmSync(lock);
  await event(project, "commit", "--allow-empty", "--message", "mended");
  await mustRun(project.box, project.top, "wait");
  assert.match(await project.imported(), /two/);
  assert.equal(await event(project, "commit", "--allow-empty", "--message", "cured"), "");
});

test("blocked: told at every event until what stands in the way has gone", async (t) => {
  const project = await builtProject(t);
  const work = join(project.top, "work");
  renameSync(work, project.box.path("elsewhere"));
  symlinkSync(project.box.path("elsewhere"), work);
  project.write("csrc/a.txt", "two\n");
  const told = await event(project, "commit", "--all", "--message", "two");
  assert.match(
    told,
    /^rebuild-if-needed: E302 blocked: core: [^\n]+ Nothing was changed\. Next: rebuild-if-needed doctor\n$/,
  );
  assert.equal(await event(project, "commit", "--allow-empty", "--message", "next"), told);
  rmSync(work);
  renameSync(project.box.path("elsewhere"), work);
  await event(project, "commit", "--allow-empty", "--message", "mended");
  await mustRun(project.box, project.top, "wait");
  assert.equal(await event(project, "commit", "--allow-empty", "--message", "cured"), "");
});

test("held: told at every event until it is allowed or left", async (t) => {
  const upstream = await drivenProject(t, { name: "upstream" });
  const { box } = upstream;
  const stranger = box.path("stranger");
  const top = box.path("project");
  for (const folder of [stranger, top]) await box.git(box.root, "clone", "--quiet", upstream.top, folder);
  const project = { ...upstream, top };
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);
  box.write(join(stranger, "csrc/a.txt"), "theirs\n");
  const id = await box
    .with({ GIT_COMMITTER_NAME: "Sam Else", GIT_AUTHOR_NAME: "Sam Else" })
    .commit(stranger, "a pull request");
  await box.git(top, "fetch", "--quiet", stranger, "HEAD:refs/heads/theirs");
  const held = `rebuild-if-needed: E301 held: core needs work, but ${id.slice(0, 9)} "a pull request" by Sam Else <ada@example.invalid> is neither upstream nor made here. Nothing was run. Next: review it, then: rebuild-if-needed allow\n`;
  assert.equal(await event(project, "switch", "theirs"), held);
  assert.equal(await event(project, "commit", "--allow-empty", "--message", "mine on top"), held);
  assert.equal(await event(project, "switch", "main"), "");
  assert.equal(await event(project, "switch", "theirs"), held);
  await mustRun(box, top, "allow", "--yes");
  await event(project, "commit", "--allow-empty", "--message", "allowed");
  await mustRun(box, top, "wait");
  assert.equal(await event(project, "commit", "--allow-empty", "--message", "cured"), "");
});

/** What git and its hooks say. */
async function event({ box, top }: Pick<Driven, "box" | "top">, ...argv: readonly string[]): Promise<string> {
  const [command = "", ...rest] = argv;
  const { code, stderr } = await box.run(top, ["git", command, "--quiet", ...rest]);
  assert.equal(code, 0, stderr);
  return stderr;
}
