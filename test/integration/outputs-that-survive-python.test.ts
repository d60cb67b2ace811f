import assert from "node:assert/strict";
import { appendFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { countedCompilers } from "../helpers/compilers.ts";
import { mustRun } from "../helpers/driven-project.ts";
import { otherPython, ownPython } from "../helpers/pythons.ts";
import { createSandbox, type Sandbox } from "../helpers/sandbox.ts";

/** Compiles one C file; into an `abi3` module, or one of this Python. Asks for `ground` only where that is installed. */
const BUILD = `import importlib.util, subprocess, sysconfig
from pathlib import Path

limited = Path("limited").exists()
suffix = ".abi3.so" if limited else sysconfig.get_config_var("EXT_SUFFIX")
flags = ["-DPy_LIMITED_API=0x03080000"] if limited else []
if importlib.util.find_spec("ground"):
    flags.append("-DNEEDS_GROUND")
include = sysconfig.get_path("include")
subprocess.run(["cc", "-shared", "-fPIC", f"-I{include}", *flags, "csrc/mod.c", "-o", f"pkg/_C{suffix}"], check=True)
`;

const SOURCE = `#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *args) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {0}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_C", 0, -1, methods};
PyMODINIT_FUNC PyInit__C(void) {
#ifdef NEEDS_GROUND
  PyObject *ground = PyImport_ImportModule("ground");
  if (ground == NULL) return NULL;
  Py_DecRef(ground);
#endif
  return PyModule_Create(&definition);
}
`;

const CONFIG = `preset = "none"
interpreter = ".venv/bin/python"

[[extension]]
name = "core"
inputs = ["csrc/**", "build.py"]
outputs = ["pkg/*.so"]
recipe = [["python", "build.py"]]
require = ["pkg._C:answer"]
`;

const SURVIVES =
  /^python [\d.]+: same version, other content \(Python\.h\); the outputs use nothing of Python outside the limited API: they are verified, not rebuilt$/;

const OTHER = otherPython();
if (OTHER === null)
  console.log("# there is one Python here: its own with other headers stands for the second");

interface Scene {
  readonly shell: Sandbox;
  readonly top: string;
  /** Compilations so far. */
  starts(): number;
  /** Other headers under the same version, as a distribution's patch brings them. */
  updatePython(): void;
  /** The environment made anew under the same path, with a Python of another minor release where this machine has one. */
  changePython(): Promise<void>;
  readonly site: string;
}

/** A project with its first build and the hooks, in an environment of a Python of its own. */
async function scene(t: TestContext, { limited = true, ground = false } = {}): Promise<Scene> {
  const box = createSandbox(t);
  const top = await box.repository("project");
  const compilers = countedCompilers(box);
  const shell = box.with({ PATH: `${compilers.folder}:${box.environment["PATH"] ?? ""}` });
  const files = {
    "build.py": BUILD,
    "csrc/mod.c": SOURCE,
    "pkg/__init__.py": "",
    "rebuild-if-needed.toml": CONFIG,
  };
  for (const [path, text] of Object.entries(files)) box.write(join(top, path), text);
  box.write(join(top, ".gitignore"), ".venv/\n*.so\n");
  if (limited) box.write(join(top, "limited"), "");
  await box.commit(top, "first");
  const venv = join(top, ".venv");
  const python = ownPython(box);
  const made = await box.run(top, [python.program, "-m", "venv", "--without-pip", venv]);
  assert.equal(made.code, 0, made.stderr);
  const question = "import sysconfig; print(sysconfig.get_path('purelib'))";
  const site = (await box.run(top, [join(venv, "bin/python"), "-c", question])).stdout.trim();
  if (ground) box.write(join(site, "ground.py"), "");
  await mustRun(shell, top, "init", "--yes");
  await mustRun(shell, top);
  assert.equal((await shell.cliJson(top, "check")).json.decision, "fresh");
  assert.notEqual(compilers.starts(), 0, "the first build is counted, so that none can be told later");
  const updatePython = (): void => {
    appendFileSync(python.header, "#define PATCHED 1\n");
  };
  return {
    shell,
    top,
    site,
    starts: compilers.starts,
    updatePython,
    async changePython() {
      if (OTHER === null) return updatePython();
      rmSync(venv, { recursive: true });
      const again = await box.run(top, [OTHER.program, "-m", "venv", "--without-pip", venv]);
      assert.equal(again.code, 0, again.stderr);
    },
  };
}

test("an abi3 module is verified with the new Python, and no compiler runs", async (t) => {
  const { shell, top, starts, updatePython } = await scene(t);
  const output = join(top, "pkg/_C.abi3.so");
  const [before, compiled] = [statSync(output, { bigint: true }), starts()];
  updatePython();
  const checked = await shell.cliJson(top, "check");
  assert.deepEqual([checked.code, checked.json.decision], [10, "restore"]);
  const [reason, ...others] = checked.json.extensions[0]?.reasons ?? [];
  assert.deepEqual(others, []);
  assert.equal(reason?.kind, "tool-changed");
  assert.match(reason.text, SURVIVES);
  const told = await shell.cli(top, "check");
  assert.match(told.stdout, /^restore: core survives the change; its outputs are verified where they are\n/);
  const dry = await shell.cli(top, "--dry-run");
  assert.match(dry.stdout, /would verify pkg\/_C\.abi3\.so where it is/);
  const ran = await shell.cli(top);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /verified as it is: core in /);
  assert.equal((await shell.cliJson(top, "check")).json.decision, "fresh");
  const after = statSync(output, { bigint: true });
  assert.deepEqual([after.ino, after.mtimeNs], [before.ino, before.mtimeNs], "the file was not touched");
  assert.equal(starts(), compiled);
  rmSync(output);
  assert.equal(
    (await shell.cliJson(top, "check")).json.decision,
    "restore",
    "it is kept under its new fingerprint",
  );
  await mustRun(shell, top);

  await t.test("an event verifies in the background, and does not build either", async () => {
    updatePython();
    writeFileSync(join(top, "notes.md"), "words\n");
    await shell.git(top, "add", "notes.md");
    const committed = await shell.run(top, ["git", "commit", "--quiet", "-m", "words"]);
    assert.match(committed.stderr, /^rebuild-if-needed: verifying core in the background \(python /m);
    await mustRun(shell, top, "wait");
    assert.equal((await shell.cliJson(top, "check")).json.decision, "fresh");
    assert.equal(starts(), compiled);
  });

  await t.test(
    "with a source that changed as well it is a rebuild, and nobody speaks of verifying",
    async () => {
      updatePython();
      appendFileSync(join(top, "csrc/mod.c"), "/* more */\n");
      const { decision, extensions } = (await shell.cliJson(top, "check")).json;
      assert.equal(decision, "rebuild");
      const texts = (extensions[0]?.reasons ?? []).map((one) => one.text);
      assert.equal(texts.length, 2);
      assert.doesNotMatch(texts.join(), /verified/);
    },
  );
});

test("an abi3 module is verified in an environment made anew with another Python", async (t) => {
  const { shell, top, starts, changePython } = await scene(t);
  const compiled = starts();
  await changePython();
  const { decision, extensions } = (await shell.cliJson(top, "check")).json;
  assert.equal(decision, "restore");
  const text = extensions[0]?.reasons[0]?.text ?? "";
  if (OTHER === null) assert.match(text, SURVIVES);
  else assert.match(text, new RegExp(`^python [\\d.]+ -> ${OTHER.minor}\\.\\d+; .* verified, not rebuilt$`));
  await mustRun(shell, top);
  assert.equal((await shell.cliJson(top, "check")).json.decision, "fresh");
  assert.equal(starts(), compiled);
  assert.equal(await answerOf(shell, top), "pkg/_C.abi3.so 42");
});

test("a module of one Python's own API is rebuilt, though its names are all in the limited one", async (t) => {
  const { shell, top, starts, updatePython, changePython } = await scene(t, { limited: false });
  const compiled = starts();
  updatePython();
  const { decision, extensions } = (await shell.cliJson(top, "check")).json;
  assert.equal(decision, "rebuild");
  assert.match(
    extensions[0]?.reasons[0]?.text ?? "",
    /^python [\d.]+: same version, other content \(Python\.h\)$/,
  );
  await changePython();
  assert.equal((await shell.cliJson(top, "check")).json.decision, "rebuild");
  await mustRun(shell, top);
  assert.notEqual(starts(), compiled);
  assert.equal((await shell.cliJson(top, "check")).json.decision, "fresh");
  const tag = OTHER === null ? String.raw`\d+` : OTHER.minor.replace(".", "");
  assert.match(await answerOf(shell, top), new RegExp(`^pkg/_C\\.cpython-${tag}-.* 42$`));
});

test("outputs that do not verify with the new Python are rebuilt, and the failure is named", async (t) => {
  const { shell, top, starts, updatePython, site } = await scene(t, { ground: true });
  const compiled = starts();
  updatePython();
  rmSync(join(site, "ground.py"));
  assert.equal((await shell.cliJson(top, "check")).json.decision, "restore");
  const ran = await shell.cli(top);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(
    ran.stderr,
    /core: the present outputs do not verify: pkg\/_C\.abi3\.so: .*No module named 'ground'.* So it is rebuilt/,
  );
  assert.match(ran.stderr, /rebuilt and verified: core in /);
  assert.notEqual(starts(), compiled);
  assert.equal((await shell.cliJson(top, "check")).json.decision, "fresh");
});

/** What the environment's Python loads, and what it answers. */
async function answerOf(shell: Sandbox, top: string): Promise<string> {
  const code = "import os; from pkg import _C; print(os.path.relpath(_C.__file__), _C.answer())";
  const { stdout, stderr } = await shell.run(top, [join(top, ".venv/bin/python"), "-c", code]);
  return stdout.trim() || stderr;
}
