/** Calls of functions that pybind11 and Cython give to Python, held against what a fresh interpreter says of them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { createSandbox } from "../helpers/sandbox.ts";
import { pythonVenv } from "../helpers/venv.ts";

const CORE = `#include <pybind11/eval.h>
#include <pybind11/pybind11.h>
namespace py = pybind11;
PYBIND11_MODULE(_core, m) {
  m.def("plain", [](int a, int b) { return a + b; });
  m.def("named", [](int a, int b) { return a + b; }, py::arg("a"), py::kw_only(), py::arg("b") = 3, "named(x)");
  m.def("many", [](int a) { return a; });
  m.def("many", [](int a, int b, int c) { return a; }, "Of three.\\n\\nmany(x, y)");
  m.def("any", [](py::args args) { return 1; });
  m.attr("strange") = py::eval("type('S', (), {'__getattr__': lambda self, name: 1 / 0})()");
}
`;

const FAST = `def run(int a, b=2, *, c):
    return a
cpdef int both(int a, int b=1):
    return a
`;

const GOOD = `from pkg import _core, _fast
from pkg._core import plain

_core.named(1)
_core.named(1, b=2)
_core.many(1)
_core.many(1, 2, 3)
_core.any(1, 2, 3, 4)
_core.strange(1, 2)
_core.plain(*[1, 2])
plain(1, 2)
_fast.run(1, c=3)
_fast.both(1, 2)
`;

const BAD = `
plain(1)
_core.named(1, 2)
_core.many(1, 2)
_fast.run(1)
_fast.both(1, d=2)
`;

test("calls that fit no signature are told", async (t) => {
  const box = createSandbox(t);
  const venv = await pythonVenv(box, "venv", ["pybind11", "cython", "setuptools"]);
  const active = box.with(venv.activated);
  const top = await box.repository("repo");
  box.write(join(top, "pkg/__init__.py"), "");
  box.write(join(top, "csrc/core.cpp"), CORE);
  box.write(join(top, "pkg/_fast.pyx"), FAST);
  box.write(
    join(top, "setup.py"),
    `import pybind11
from Cython.Build import cythonize
from setuptools import Extension, setup

core = Extension("pkg._core", ["csrc/core.cpp"], include_dirs=[pybind11.get_include()], extra_compile_args=["-O0"])
setup(name="pkg", packages=["pkg"], ext_modules=[core] + cythonize([Extension("pkg._fast", ["pkg/_fast.pyx"])]))
`,
  );
  box.write(join(top, ".gitignore"), "*.so\nbuild/\n*.c\n");
  box.write(join(top, "pkg/api.py"), GOOD);
  box.write(
    join(top, "rebuild-if-needed.toml"),
    `[[extension]]
name = "core"
inputs = ["csrc/**", "**/*.pyx", "setup.py"]
outputs = ["pkg/*.so"]
recipe = [["python", "setup.py", "build_ext", "--inplace"]]
`,
  );
  await box.commit(top, "first");
  const built = await active.cli(top);
  assert.equal(built.code, 0, built.stderr);
  const good = await active.cli(top, "verify", "--explain");
  assert.equal(good.code, 0, good.stdout);
  assert.doesNotMatch(good.stdout, /does not fit/);
  assert.match(
    good.stdout,
    /pkg\._core:many: required, present: many\(arg0: .*\) -> int; many\(arg0: .*\) -> int\n/,
  );
  assert.match(good.stdout, /pkg\._fast:run: required, present: run\(a, b=2, \*, c\)\n/);
  assert.match(good.stdout, / {4}registered: pkg\/_fast\.pyx:1\n/);

  box.write(join(top, "pkg/api.py"), GOOD + BAD);
  const { code, json } = await active.cliJson<{
    extensions: { warnings: { subject: string; text: string }[] }[];
  }>(top, "verify");
  assert.equal(code, 0);
  assert.deepEqual(
    json.extensions[0]?.warnings.map(({ subject, text }) => `${subject}: ${text}`),
    [
      "pkg._core:many: the call at pkg/api.py:17 does not fit: it takes 1 argument by position, and 2 are given",
      "pkg._core:named: the call at pkg/api.py:16 does not fit: it takes 1 argument by position, and 2 are given",
      "pkg._core:plain: the call at pkg/api.py:15 does not fit: arg1 is not given",
      "pkg._fast:both: the call at pkg/api.py:19 does not fit: it has no argument d",
      "pkg._fast:run: the call at pkg/api.py:18 does not fit: c is not given",
    ],
  );

  box.write(
    join(top, "csrc/core.cpp"),
    CORE.replace('  m.def("any"', '  m.def("fresh", [] { return 1; });\n  m.def("any"'),
  );
  box.write(join(top, "pkg/api.py"), `${GOOD}_core.fresh()\n`);
  const stale = await active.cli(top, "verify");
  assert.equal(stale.code, 1);
  assert.equal(
    stale.stdout.replace(/in \d+ ms/, "in N ms"),
    `core: 1 problem (2 libraries, 0 modules, 0 names checked in N ms)
  pkg._core:fresh: is missing
    csrc/core.cpp:9 registers it, pkg/api.py:14 uses it: the library is of older source.
    next: rebuild-if-needed
`,
  );
});
