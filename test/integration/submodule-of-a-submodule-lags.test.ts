import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { checked } from "../helpers/answers.ts";
import { drivenProject, mustRun } from "../helpers/driven-project.ts";

const ALLOW = ["-c", "protocol.file.allow=always"] as const;

test("an update that was not recursive blocks, and the line says what to type", async (t) => {
  const project = await drivenProject(t);
  const { box, top } = project;
  const inner = await box.repository("inner");
  box.write("inner/deep.h", "one\n");
  const wanted = await box.commit(inner, "one");
  const library = await box.repository("library");
  await box.git(library, ...ALLOW, "submodule", "--quiet", "add", inner, "inner");
  await box.commit(library, "one");
  await box.git(top, ...ALLOW, "submodule", "--quiet", "add", library, "csrc/sub");
  await box.git(top, ...ALLOW, "submodule", "--quiet", "update", "--init", "--recursive");
  await box.commit(top, "submodules");
  await mustRun(box, top);
  assert.deepEqual(await checked(project), ["fresh"]);

  box.write("inner/deep.h", "two\n");
  const next = await box.commit(inner, "two");
  await box.git(join(library, "inner"), ...ALLOW, "pull", "--quiet", inner, "main");
  await box.commit(library, "two");
  const sub = join(top, "csrc/sub");
  await box.git(sub, ...ALLOW, "pull", "--quiet", "--no-recurse-submodules", library, "main");
  await box.commit(top, "the library's second version");
  const { code, stderr } = await box.cli(top);
  assert.equal(code, 3);
  const told = `submodule csrc/sub/inner has ${wanted.slice(0, 9)} checked out, csrc/sub wants ${next.slice(0, 9)}: git submodule update --init --recursive csrc/sub`;
  assert.ok(stderr.includes(told), stderr);
  assert.match(stderr, /Next: git submodule update --init --recursive csrc\/sub$/m);

  await box.git(top, ...ALLOW, "submodule", "--quiet", "update", "--init", "--recursive", "csrc/sub");
  assert.deepEqual(await checked(project), ["rebuild", "input-changed csrc/sub"]);
  await mustRun(box, top);
  assert.deepEqual(await checked(project), ["fresh"]);
});
