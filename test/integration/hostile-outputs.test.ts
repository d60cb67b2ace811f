/** What a build left is deleted, emptied, replaced, hidden by another file, tracked since, or destroyed by git itself. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { checked, paired, previewed } from "../helpers/answers.ts";
import { CONFIG, type Driven, drivenProject, mustRun } from "../helpers/driven-project.ts";

test("deleted, emptied and replaced; what the next pull leaves of that", async (t) => {
  const project = await drivenProject(t);
  const { box, top, write } = project;
  await mustRun(box, top);
  rmSync(join(top, "pkg/glue.py"));
  write("pkg/more.py", "");
  const damage = ["restore", "output-changed pkg/more.py", "output-missing pkg/glue.py"];
  assert.deepEqual(await checked(project), damage);
  assert.deepEqual(await previewed(project, "HEAD"), damage, "a pull mends nothing");
  await mustRun(box, top);
  const built = readFileSync(join(top, "pkg/more.py"), "utf8");
  write("pkg/more.py", built.replace("one", "two"));
  assert.deepEqual(await checked(project), ["restore", "output-changed pkg/more.py"]);
  write("pkg/more.py", built);
  assert.deepEqual(await checked(project), ["fresh"], "the same content under another time");
});

test("git tracks an output, and takes it away again: each way is foretold and then found", async (t) => {
  const project = await drivenProject(t);
  const { box, top, write } = project;
  await mustRun(box, top);
  const before = await box.git(top, "rev-parse", "HEAD");
  const other = box.path("other");
  await box.git(box.root, "clone", "--quiet", top, other);
  box.write("other/pkg/glue.py", "");
  await box.git(other, "add", "--force", "pkg/glue.py");
  box.write("other/pkg/helper.py", "# no build makes this\n");
  await box.git(other, "add", "--force", "pkg/helper.py");
  const tracked = await box.commit(other, "tracked");
  await box.git(other, "rm", "--quiet", "pkg/glue.py", "pkg/helper.py");
  const deleted = await box.commit(other, "deleted");
  await box.git(top, "fetch", "--quiet", other, "HEAD:refs/remotes/other/main");

  const overwritten = ["rebuild", "output-tracked pkg/glue.py"];
  assert.deepEqual(await previewed(project, tracked), overwritten);
  assert.deepEqual(await paired(project, before, tracked), overwritten, "and nothing of the helper");
  assert.deepEqual(await paired(project, tracked, deleted), ["rebuild", "output-missing pkg/glue.py"]);
  assert.deepEqual(await previewed(project, deleted), ["fresh"], "in one pull the built file survives");
  assert.deepEqual(await paired(project, before, deleted), ["fresh"]);

  await box.git(top, "merge", "--quiet", "--ff-only", tracked);
  assert.equal(await box.git(top, "status", "--porcelain"), "", "git says that all is clean");
  assert.deepEqual(await checked(project), overwritten);
  const lost = ["restore", "output-missing pkg/glue.py"];
  assert.deepEqual(await previewed(project, deleted), lost);
  await box.git(top, "merge", "--quiet", "--ff-only", deleted);
  assert.deepEqual(await checked(project), lost, "as it was foretold");
  await mustRun(box, top);
  assert.deepEqual(await checked(project), ["fresh"]);
  write("pkg/helper.py", "");
  assert.deepEqual(await checked(project), ["fresh"]);
});

test("pairs without a build: a file under the globs that a commit deletes was no build's, a library is missed", async (t) => {
  const config = CONFIG.replace('["pkg/glue.py", "pkg/more.py"]', '["pkg/**/*.py", "pkg/**/*.so"]');
  const project = await drivenProject(t, { files: { "rebuild-if-needed.toml": config } });
  const { box, top, write } = project;
  const before = await box.git(top, "rev-parse", "HEAD");
  write("pkg/copied/__init__.py", "");
  write("pkg/copied/lib.so", "");
  await box.git(top, "add", "--force", "pkg/copied");
  const tracked = await box.commit(top, "tracked");
  write("pkg/copied/__init__.py", "filled\n");
  const filled = await box.commit(top, "filled");
  await box.git(top, "rm", "-r", "--quiet", "pkg/copied");
  const deleted = await box.commit(top, "deleted");
  const both = ["rebuild", "output-tracked pkg/copied/__init__.py", "output-tracked pkg/copied/lib.so"];
  assert.deepEqual(await paired(project, before, tracked), both);
  assert.deepEqual(await paired(project, tracked, filled), ["fresh"]);
  assert.deepEqual(await paired(project, filled, deleted), ["rebuild", "output-missing pkg/copied/lib.so"]);
  assert.deepEqual(await paired(project, before, deleted), ["fresh"]);
});

/** Builds `pkg/ext.abi3.so`, which the neighbours below may hide. */
const BUILD = `import subprocess, sysconfig
with open("../drive/starts", "a") as starts:
    starts.write("x\\n")
code = open("csrc/ext.c").read()
subprocess.check_call(["cc", "-shared", "-fPIC", "-DPy_LIMITED_API=0x03080000", "-I" + sysconfig.get_paths()["include"],
    "csrc/ext.c", "-o", "pkg/ext.abi3.so"])
`;
const SOURCE = `#include <Python.h>
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "ext", 0, -1, 0};
PyMODINIT_FUNC PyInit_ext(void) { return PyModule_Create(&definition); }
`;
const EXTENSION = CONFIG.replace(
  'outputs = ["pkg/glue.py", "pkg/more.py"]',
  'outputs = ["pkg/ext*.so"]',
).replace('preset = "none"', 'preset = "none"\ninterpreter = ".venv/bin/python"');

async function extensionProject(
  t: Parameters<typeof drivenProject>[0],
): Promise<Driven & { site: string; suffix: string }> {
  const project = await drivenProject(t, {
    files: {
      ".gitignore": "/pkg/*\n!/pkg/__init__.py\n/work/\n/.venv/\n__pycache__/\n",
      "rebuild-if-needed.toml": EXTENSION,
      "csrc/ext.c": SOURCE,
      "build.py": BUILD,
    },
  });
  const { box, top } = project;
  await box.run(top, ["python3", "-m", "venv", "--without-pip", ".venv"]);
  const script =
    "import sysconfig; print(sysconfig.get_paths()['purelib']); print(sysconfig.get_config_var('EXT_SUFFIX'))";
  const { stdout } = await box.run(top, [join(top, ".venv/bin/python"), "-c", script]);
  const [site = "", suffix = ""] = stdout.split("\n");
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);
  return { ...project, site, suffix };
}

test("an older library that is tried first, and a package of the module's name", async (t) => {
  const project = await extensionProject(t);
  const { box, top, suffix } = project;
  assert.deepEqual(await checked(project), ["fresh"]);
  writeFileSync(join(top, `pkg/ext${suffix}`), readFileSync(join(top, "pkg/ext.abi3.so")));
  const hidden = ["rebuild", "output-shadowed pkg/ext.abi3.so"];
  assert.deepEqual(await checked(project), hidden);
  assert.deepEqual(await previewed(project, "HEAD"), hidden);
  const { json } = await box.cliJson(top, "check");
  assert.equal(
    json.extensions[0]?.reasons[0]?.text,
    `pkg/ext${suffix} is imported in place of pkg/ext.abi3.so`,
  );
  const { code, stderr } = await box.cli(top);
  assert.equal(code, 1, "a file that is not ours is never put away: the build says what to do with it");
  assert.match(stderr, /Next: move pkg\/ext\.cpython-\S+ away/);
  rmSync(join(top, `pkg/ext${suffix}`));
  assert.deepEqual(await checked(project), ["fresh"]);
  mkdirSync(join(top, "pkg/ext"));
  writeFileSync(join(top, "pkg/ext/__init__.py"), "");
  assert.deepEqual(await checked(project), hidden);
  rmSync(join(top, "pkg/ext"), { recursive: true });
  writeFileSync(join(top, "pkg/ext.so"), "");
  assert.deepEqual(await checked(project), ["fresh"], "tried later: it hides nothing");
});

test("a second copy in site-packages, wherever Python is started and whatever PYTHONPATH says", async (t) => {
  const project = await extensionProject(t);
  const { box, top, site } = project;
  const copy = join(site, "pkg/__init__.py");
  mkdirSync(dirname(copy));
  writeFileSync(copy, "");
  assert.deepEqual(await checked(project), ["fresh"], "another package, without this module");
  writeFileSync(join(site, "pkg/ext.abi3.so"), readFileSync(join(top, "pkg/ext.abi3.so")));
  const hidden = ["rebuild", "output-shadowed pkg/ext.abi3.so"];
  assert.deepEqual(await checked(project), hidden);
  assert.deepEqual(await checked({ box: box.with({ PYTHONPATH: top }), top }), hidden);
  const { code, stderr } = await box.cli(top);
  assert.equal(code, 1, "no build mends it, and the build says so");
  assert.match(stderr, /site-packages/);
  rmSync(dirname(copy), { recursive: true });
  assert.deepEqual(await checked(project), ["fresh"]);
  symlinkSync(join(top, "pkg"), dirname(copy));
  assert.deepEqual(await checked(project), ["fresh"], "a link into the tree is the tree");
});
