/** A name that the last verified build had, that the source still registers, and that a new build lacks. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { thisPython } from "../helpers/native.ts";
import { createSandbox } from "../helpers/sandbox.ts";

const python = await thisPython();
const OUTPUT = `pkg/_core${python.extSuffix}`;

const SOURCE = `#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *args) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {
    {"add", answer, METH_NOARGS, ""},
#ifndef WITHOUT_FAST
    {"fast", answer, METH_NOARGS, ""},
#endif
    {0},
};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_core", 0, -1, methods};
PyMODINIT_FUNC PyInit__core(void) { return PyModule_Create(&definition); }
`;

test("an error where nothing that configures the build has changed, else a warning", async (t) => {
  const box = createSandbox(t);
  const top = await box.repository("repo");
  const flags = box.path("flags.rsp"); // outside of the repository: nobody knows that it counts
  const configure = (...more: readonly string[]): void =>
    box.write(
      join(top, "rebuild-if-needed.toml"),
      `[[extension]]
name = "core"
inputs = ["csrc/**"]
outputs = ["${OUTPUT}"]
recipe = [["gcc", "-shared", "-fPIC", "@${flags}", "-I${python.includeDir}", "-o", "${OUTPUT}", "csrc/core.c"]]
${more.join("\n")}
`,
    );
  box.write(join(top, "csrc/core.c"), SOURCE);
  box.write(join(top, "pkg/__init__.py"), "");
  box.write(join(top, "pkg/api.py"), "from pkg._core import add, fast\n");
  box.write(join(top, ".gitignore"), "*.so\n");
  configure();
  await box.commit(top, "first");
  box.write(flags, "");
  assert.equal((await box.cli(top)).code, 0);
  const library = readFileSync(join(top, OUTPUT));

  box.write(flags, "-DWITHOUT_FAST");
  await t.test("an error: the new build is not kept", async () => {
    const { code, stderr } = await box.cli(top, "--force");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /E202 verification failed: pkg\._core:fast: is missing, and the last verified build had it \(csrc\/core\.c:6 registers it, pkg\/api\.py:1 uses it, and nothing that configures the build has changed\)\./,
    );
    assert.match(stderr, /Next: bring it back, or name it under "optional" in the configuration/);
    assert.ok(library.equals(readFileSync(join(top, OUTPUT))));
  });
  await t.test("a warning where what its #if asks may have changed, and only once", async () => {
    box.write(join(top, "csrc/core.c"), `${SOURCE}/* changed */\n`);
    const { code, stderr } = await box.cli(top);
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      /pkg\._core:fast: is missing, and the last verified build had it \(sources have changed, which may decide: #ifndef WITHOUT_FAST\), pkg\/api\.py:1 uses it/,
    );
    assert.doesNotMatch((await box.cli(top, "--force")).stderr, /is missing/);
    assert.match(
      (await box.cli(top, "verify", "--explain")).stdout,
      /core:fast: required, not built in this/,
    );
  });
  await t.test("no word of what may be missing", async () => {
    box.write(flags, "");
    assert.equal((await box.cli(top, "--force")).code, 0);
    configure('optional = ["pkg._core:fast"]');
    box.write(flags, "-DWITHOUT_FAST");
    const { code, stderr } = await box.cli(top, "--force");
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /is missing/);
    assert.match(
      (await box.cli(top, "verify", "--explain")).stdout,
      /core:fast: optional, not built in this/,
    );
  });
});
