/** `verify --explain`: what sources register and callers use, before a build, after it, and when the build is too old. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { thisPython } from "../helpers/native.ts";
import { createSandbox, type Sandbox } from "../helpers/sandbox.ts";

const python = await thisPython();
const OUTPUT = `pkg/_core${python.extSuffix}`;

const CALLER = `from pkg._core import add

try:
    from pkg._core import extra
except ImportError:
    extra = None
`;

test("before a build, after it, and when the build is of older source", async (t) => {
  const { box, top } = await project(t);
  const before = await box.cli(top, "verify", "--explain");
  assert.deepEqual([before.code, before.stderr], [0, ""]);
  assert.equal(
    before.stdout,
    `contract of core:
  nothing is built yet
  4 names in sources and callers: 2 required, 1 optional, 1 unused
  pkg._core: required
    registered: csrc/core.c:16
    used: pkg/api.py:1, pkg/api.py:4 (try, except ImportError)
  pkg._core:add: required
    registered: csrc/core.c:8
    used: pkg/api.py:1
  pkg._core:extra: optional
    registered: csrc/core.c:10 (#ifdef WITH_EXTRA)
    used: pkg/api.py:4 (try, except ImportError)
  pkg._core:lonely: unused
    registered: csrc/core.c:12
`,
  );
  assert.ok(!existsSync(join(top, OUTPUT)), "nothing is built by being explained");

  assert.equal((await box.cli(top)).code, 0);
  const after = await box.cli(top, "verify", "--explain");
  assert.equal(after.code, 0, after.stdout + after.stderr);
  assert.equal(
    withoutTime(after.stdout),
    `contract of core:
  loads: ${OUTPUT} (an output of the last build)
  4 names in sources and callers: 2 required, 1 optional, 1 unused
  pkg._core: required, present
    registered: csrc/core.c:16
    used: pkg/api.py:1, pkg/api.py:4 (try, except ImportError)
  pkg._core:add: required, present
    registered: csrc/core.c:8
    used: pkg/api.py:1
  pkg._core:extra: optional, not built in this configuration
    registered: csrc/core.c:10 (#ifdef WITH_EXTRA)
    used: pkg/api.py:4 (try, except ImportError)
  pkg._core:lonely: unused, present
    registered: csrc/core.c:12
core: good (1 library, 0 modules, 0 names checked in N ms)
`,
  );

  await t.test(
    "a caller that counts on what this configuration leaves out is no failure of the build",
    async () => {
      box.write(join(top, "pkg/api.py"), "from pkg._core import add, extra\n");
      assert.equal((await box.cli(top, "verify")).code, 0);
      assert.equal((await box.cli(top, "--force")).code, 0);
      box.write(join(top, "pkg/api.py"), CALLER);
    },
  );

  box.write(join(top, "csrc/core.c"), source("add", "lonely", "mul"));
  box.write(join(top, "pkg/api.py"), `${CALLER}from pkg._core import mul\n`);
  await t.test("a name that the source has gained, and the library has not", async () => {
    const { code, stdout } = await box.cli(top, "verify");
    assert.equal(code, 1);
    assert.equal(
      withoutTime(stdout),
      `core: 1 problem (1 library, 0 modules, 0 names checked in N ms)
  pkg._core:mul: is missing
    csrc/core.c:13 registers it, pkg/api.py:7 uses it: the library is of older source.
    next: rebuild-if-needed
`,
    );
  });
  await t.test("as data", async () => {
    const { code, json } = await box.cliJson<ExplainJson>(top, "verify", "--explain");
    assert.deepEqual([code, json.version, json.ok], [1, 1, false]);
    const names = json.extensions[0]?.contract.names ?? [];
    assert.deepEqual(
      names.map(({ name, need, verdict }) => `${name} ${need} ${verdict}`),
      [
        "pkg._core required present",
        "pkg._core:add required present",
        "pkg._core:extra optional not-built",
        "pkg._core:lonely unused present",
        "pkg._core:mul required stale",
      ],
    );
    const plain = await box.cliJson<{ extensions: object[] }>(top, "verify");
    assert.ok(
      !("contract" in (plain.json.extensions[0] ?? {})) && !("names" in (plain.json.extensions[0] ?? {})),
    );
  });
  await t.test("a rebuild brings it", async () => {
    assert.equal((await box.cli(top)).code, 0);
    assert.equal((await box.cli(top, "verify")).code, 0);
  });
  await t.test("the second scan reads only what has changed", async () => {
    const record = join(top, ".git/rebuild-if-needed/native-names.json");
    const kept = box.read(record);
    await box.cli(top, "verify", "--explain");
    assert.equal(box.read(record), kept);
    box.write(record, kept.replace(/"name": "mul"/g, '"name": "remembered"'));
    assert.match((await box.cli(top, "verify", "--explain")).stdout, /pkg\._core:remembered: required/);
    box.write(record, '{"version":1,"registrations":{"x":[1]},"uses":7}');
    assert.doesNotMatch((await box.cli(top, "verify", "--explain")).stdout, /remembered/);
  });
});

test("without Python there are no callers, and without sources there is nothing new", async (t) => {
  const { box, top } = await project(t);
  const alone = box.with({ PATH: box.path("bin") });
  await box.run(box.root, ["mkdir", "bin"]);
  const gitPath = (await box.run(box.root, ["sh", "-c", "command -v git"])).stdout.trim();
  await box.run(box.root, ["ln", "-s", gitPath, "bin/git"]);
  const { code, stdout } = await alone.cli(top, "verify", "--explain");
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^ {2}callers are not known: there is no Python here$/m);
  box.write(join(top, "csrc/core.c"), "int nothing;\n");
  const plain = await box.cli(top, "verify", "--explain");
  assert.equal(plain.stdout, "contract of core:\n  nothing is built yet\n");
});

interface ExplainJson {
  readonly version: number;
  readonly ok: boolean;
  readonly extensions: readonly {
    readonly contract: { readonly names: readonly { name: string; need: string; verdict: string }[] };
  }[];
}

async function project(t: Parameters<typeof createSandbox>[0]): Promise<{ box: Sandbox; top: string }> {
  const box = createSandbox(t);
  const top = await box.repository("repo");
  box.write(join(top, "csrc/core.c"), source("add", "lonely"));
  box.write(join(top, "pkg/__init__.py"), "");
  box.write(join(top, "pkg/api.py"), CALLER);
  box.write(join(top, "tests/test_core.py"), "from pkg._core import only_in_tests\n");
  box.write(join(top, ".gitignore"), "*.so\n");
  box.write(
    join(top, "rebuild-if-needed.toml"),
    `[[extension]]
name = "core"
inputs = ["csrc/**"]
outputs = ["${OUTPUT}"]
recipe = [["gcc", "-shared", "-fPIC", "-I${python.includeDir}", "-o", "${OUTPUT}", "csrc/core.c"]]
`,
  );
  await box.commit(top, "first");
  return { box, top };
}

/** A module with these functions, one of which only another configuration has. */
function source(first: string, ...others: readonly string[]): string {
  return `#include <Python.h>
/* PyInit_no(void) is only a comment, and so is {"commented", */
static PyObject *answer(PyObject *self, PyObject *args) {
  return PyLong_FromLong(42);
}

static PyMethodDef methods[] = {
    {"${first}", answer, METH_NOARGS, "{\\"quoted\\", 1}"},
#ifdef WITH_EXTRA
    {"extra", answer, METH_NOARGS, ""},
#endif
${others.map((name) => `    {"${name}", answer, METH_NOARGS, ""},\n`).join("")}    {0},
};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_core", 0, -1, methods};
PyMODINIT_FUNC PyInit__core(void) { return PyModule_Create(&definition); }
`;
}

function withoutTime(text: string): string {
  return text.replace(/in \d+ ms/g, "in N ms");
}
