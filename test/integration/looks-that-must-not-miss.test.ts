/** Changes that no stat of an input shows: a commit of a submodule, a header behind a link, a neighbour's environment. */
import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { createEventScene } from "../helpers/event-scene.ts";
import { builtProject, drivenAt, mustRun } from "../helpers/driven-project.ts";

test("a pull that only bumps a submodule says that its checkout lags", async (t) => {
  const scene = await createEventScene(t);
  const { box, upstream } = scene;
  const library = await box.repository("library");
  box.write("library/lib.txt", "one\n");
  await box.commit(library, "one");
  const allow = ["-c", "protocol.file.allow=always"];
  await box.git(upstream.top, ...allow, "submodule", "--quiet", "add", library, "csrc/sub");
  await box.commit(upstream.top, "a submodule");
  await scene.git(["pull", "--quiet"]);
  await box.git(scene.top, ...allow, "submodule", "--quiet", "update", "--init");
  await mustRun(box, scene.top);
  await mustRun(box, scene.top, "check");
  box.write("library/lib.txt", "two\n");
  await box.commit(library, "two");
  await box.git(join(upstream.top, "csrc/sub"), ...allow, "pull", "--quiet");
  await box.commit(upstream.top, "bump");
  const { stderr } = await scene.git(["pull", "--quiet", "--no-recurse-submodules"]);
  assert.match(stderr, /E302 blocked: core: submodule csrc\/sub has .* git submodule update --init/);
  const { code, json } = await box.cliJson(scene.top, "check");
  assert.equal(code, 3);
  assert.equal(json.extensions[0]?.reasons[0]?.kind, "submodule-lag");
});

test("a header behind a link counts by its content", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  project.write("shared/m.h", "one\n");
  symlinkSync("../shared/m.h", join(top, "csrc/m.h"));
  await box.commit(top, "a link");
  await mustRun(box, top);
  assert.equal((await box.cli(top, "check")).code, 0);
  project.write("shared/m.h", "two\n");
  const { json } = await box.cliJson(top, "check");
  assert.equal(json.decision, "rebuild");
  assert.deepEqual(
    json.extensions[0]?.reasons.map((reason) => [reason.kind, reason.path]),
    [["input-changed", "csrc/m.h"]],
  );
});

test("two clones that share an environment: the second build waits for the first", async (t) => {
  const project = await builtProject(t);
  const { box, top } = project;
  const other = box.path("other");
  await box.git(box.root, "clone", "--quiet", top, other);
  const clone = drivenAt(box, other);
  await mustRun(box, other, "init", "--yes");
  project.write("csrc/a.txt", "two\n");
  project.drive("wait");
  const first = box.cli(top);
  await project.untilWaiting();
  const second = box.cli(other);
  project.release("wait");
  assert.equal((await first).code, 0);
  const { code, stderr } = await second;
  assert.equal(code, 0, stderr);
  assert.match(await clone.imported(), /one/);
});
