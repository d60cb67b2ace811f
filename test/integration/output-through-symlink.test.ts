/** Outputs and build directories that are or pass through a symbolic link: blocked, and nothing behind it is touched. */
import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { drivenProject, mustRun, treeDigest, type Driven } from "../helpers/driven-project.ts";

const text = (path: string): string =>
  `rebuild-if-needed: E302 blocked: core: ${path} is or passes through a symbolic link`;

test("a build directory that is a link out of the repository", async (t) => {
  const project = await drivenProject(t);
  mkdirSync(project.box.path("elsewhere"));
  project.box.write("elsewhere/precious.o", "mine");
  symlinkSync(project.box.path("elsewhere"), join(project.top, "work"));
  await assertBlocked(project, "work", 0);
});

test("a package folder that is a link, before the first build", async (t) => {
  const project = await drivenProject(t);
  renameSync(join(project.top, "pkg"), project.box.path("elsewhere"));
  symlinkSync(project.box.path("elsewhere"), join(project.top, "pkg"));
  await project.box.commit(project.top, "the package is a link");
  await assertBlocked(project, "pkg/glue.py", 0);
});

test("a package folder that became a link after a build", async (t) => {
  const project = await drivenProject(t);
  await mustRun(project.box, project.top);
  renameSync(join(project.top, "pkg"), project.box.path("elsewhere"));
  symlinkSync(project.box.path("elsewhere"), join(project.top, "pkg"));
  project.write("csrc/a.txt", "two\n");
  await assertBlocked(project, "pkg/glue.py", 1);
});

test("an output that was replaced by a link", async (t) => {
  const project = await drivenProject(t);
  await mustRun(project.box, project.top);
  mkdirSync(project.box.path("elsewhere"));
  project.box.write("elsewhere/glue.py", "VALUE = 'mine'\n");
  rmSync(join(project.top, "pkg/glue.py"));
  symlinkSync(project.box.path("elsewhere", "glue.py"), join(project.top, "pkg/glue.py"));
  project.write("csrc/a.txt", "two\n");
  await assertBlocked(project, "pkg/glue.py", 1);
});

async function assertBlocked(project: Driven, path: string, starts: number): Promise<void> {
  const outside = project.box.path("elsewhere");
  const before = [project.digest(), treeDigest(outside)];
  const { code, stderr } = await project.box.cli(project.top);
  assert.equal(code, 3, stderr);
  assert.ok(stderr.startsWith(text(path)), stderr);
  assert.match(stderr, /Nothing was changed\. Next: rebuild-if-needed doctor\n$/);
  const { json } = await project.box.cliJson(project.top, "check");
  assert.equal(json.decision, "blocked");
  assert.ok(
    json.extensions[0]?.reasons.some((reason) => reason.kind === "path-symlinked"),
    JSON.stringify(json),
  );
  assert.deepEqual([project.digest(), treeDigest(outside)], before);
  assert.equal(project.starts(), starts);
}
