import assert from "node:assert/strict";
import test from "node:test";
import {
  cmakeProject,
  incidentProject,
  type Project,
  pythonVenv,
  setuptoolsProject,
} from "../helpers/projects.ts";
import { createSandbox, type Sandbox } from "../helpers/sandbox.ts";

test("the setuptools project builds in place and imports", async (t) => {
  const box = createSandbox(t);
  const { activated } = await pythonVenv(box, "venv", ["setuptools"]);
  await buildAndCall(box.with(activated), setuptoolsProject(box.path("project"), { add: "a + b" }));
});

test("the CMake project builds in place and imports", async (t) => {
  const box = createSandbox(t);
  const { activated } = await pythonVenv(box, "venv", []);
  await buildAndCall(box.with(activated), cmakeProject(box.path("project"), { add: "a + b" }));
});

test("git destroys the copied file of the incident and calls it clean", async (t) => {
  const box = createSandbox(t);
  const { clone, copied, commits, venv } = await incidentProject(box);
  const shell = box.with(venv.activated);
  assert.equal((await shell.run(clone, ["python", "build.py"])).code, 0);
  const question = ["python", "-c", "from tinyflash.attn import flash_attn_varlen_func"];
  assert.equal((await shell.run(clone, question)).code, 0);
  await box.git(clone, "merge", "--quiet", commits.tracked);
  assert.equal((await shell.run(clone, question)).code, 0);
  await box.git(clone, "merge", "--quiet", commits.again);
  assert.match((await shell.run(clone, question)).stderr, /cannot import name 'flash_attn_varlen_func'/);
  assert.throws(() => box.read(`clone/${copied}`), /ENOENT/);
  assert.equal(await box.git(clone, "status", "--short"), "");
});

async function buildAndCall(box: Sandbox, project: Project): Promise<void> {
  const built = await box.run(project.folder, project.build);
  assert.equal(built.code, 0, built.stdout + built.stderr);
  const call = await box.run(project.folder, [
    "python",
    "-c",
    `import ${project.module} as m; print(m.add(40, 2))`,
  ]);
  assert.equal(call.stdout, "42.0\n", call.stderr);
}
