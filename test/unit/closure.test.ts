import assert from "node:assert/strict";
import test from "node:test";
import { chainText } from "../../src/closure/chain.ts";
import { findClosure } from "../../src/closure/closure.ts";
import { treeOf } from "../helpers/tree-text.ts";

const SKBUILD =
  '[build-system]\nrequires = ["scikit-build-core"]\nbuild-backend = "scikit_build_core.build"\n';
const SETUP = 'from setuptools import setup, Extension\nsetup(ext_modules=[Extension("m", ["src/m.cpp"])])\n';

interface Case {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly inside: readonly string[];
  readonly outside: readonly string[];
}

const CASES: readonly Case[] = [
  {
    what: "headers over headers, and no orphan",
    files: {
      "setup.py": SETUP,
      "src/m.cpp": '#include "a.h"',
      "src/a.h": "#include <lib/b.h>",
      "inc/lib/b.h": "",
      "src/orphan.h": "",
    },
    inside: ["setup.py", "src/m.cpp", "src/a.h", "inc/lib/b.h"],
    outside: ["src/orphan.h"],
  },
  {
    what: "a quoted header beside the file is the one",
    files: { "setup.py": SETUP, "src/m.cpp": '#include "util.h"', "src/util.h": "", "vendor/util.h": "" },
    inside: ["src/util.h"],
    outside: ["vendor/util.h"],
  },
  {
    what: "one that lies elsewhere may be any of that name, but not a test's",
    files: {
      "setup.py": SETUP,
      "src/m.cpp": "#include <util.h>",
      "a/util.h": "",
      "b/util.h": "",
      "tests/util.h": "",
    },
    inside: ["a/util.h", "b/util.h"],
    outside: ["tests/util.h"],
  },
  {
    what: "tests that make executables only",
    files: {
      "pyproject.toml": SKBUILD,
      "CMakeLists.txt": "python_add_library(m a.cpp)\nadd_subdirectory(tests)\nadd_subdirectory(src)",
      "src/CMakeLists.txt": "target_sources(m PRIVATE b.cpp)",
      "a.cpp": "",
      "src/b.cpp": "",
      "tests/CMakeLists.txt": "add_executable(t t.cpp)",
      "tests/t.cpp": '#include "only.h"',
      "inc/only.h": "",
    },
    inside: ["a.cpp", "src/b.cpp", "src/CMakeLists.txt"],
    outside: ["tests/CMakeLists.txt", "tests/t.cpp", "inc/only.h"],
  },
  {
    what: "a test folder that makes a Python module",
    files: {
      "pyproject.toml": SKBUILD,
      "CMakeLists.txt": "add_subdirectory(tests)",
      "tests/CMakeLists.txt": "pybind11_add_module(t t.cpp)",
      "tests/t.cpp": "",
    },
    inside: ["tests/CMakeLists.txt", "tests/t.cpp"],
    outside: [],
  },
  {
    what: "a switch for benchmarks that nobody turns on",
    files: {
      "pyproject.toml": SKBUILD,
      "CMakeLists.txt":
        'option(X_BUILD_BENCHMARKS "" OFF)\nadd_library(m a.c)\nif(X_BUILD_BENCHMARKS)\nadd_executable(b speed.c)\nendif()',
      "a.c": "",
      "speed.c": "",
    },
    inside: ["a.c"],
    outside: ["speed.c"],
  },
  {
    what: "a switch that pyproject.toml turns on",
    files: {
      "pyproject.toml": `${SKBUILD}[tool.scikit-build]\ncmake.define.X_BUILD_BENCHMARKS = "ON"\n`,
      "CMakeLists.txt":
        'option(X_BUILD_BENCHMARKS "" OFF)\nif(X_BUILD_BENCHMARKS)\nadd_executable(b speed.c)\nendif()',
      "speed.c": "",
    },
    inside: ["speed.c"],
    outside: [],
  },
  {
    what: "a name that only holds the letters of a switch",
    files: {
      "pyproject.toml": SKBUILD,
      "CMakeLists.txt": "check_arch(RAPIDFUZZ_X86)\nif(RAPIDFUZZ_X86)\nadd_library(m sse.c)\nendif()",
      "sse.c": "",
    },
    inside: ["sse.c"],
    outside: [],
  },
  {
    what: "what scikit-build-core is not asked for",
    files: {
      "pyproject.toml": SKBUILD,
      "CMakeLists.txt": "add_library(m a.c)\nif(NOT DEFINED SKBUILD)\nadd_executable(x alone.c)\nendif()",
      "a.c": "",
      "alone.c": "",
    },
    inside: ["a.c"],
    outside: ["alone.c"],
  },
  {
    what: "a function that another file calls",
    files: {
      "pyproject.toml": SKBUILD,
      "CMakeLists.txt": "include(cmake/mod.cmake)\nadd_subdirectory(p)",
      "cmake/mod.cmake": "function(mod n)\nadd_library(${n} ${n}.pyx)\nendfunction()",
      "p/CMakeLists.txt": "mod(fast)",
      "p/fast.pyx": "",
    },
    inside: ["cmake/mod.cmake", "p/fast.pyx"],
    outside: [],
  },
  {
    what: "a folder that a wrapper puts before names",
    files: { "pyproject.toml": SKBUILD, "CMakeLists.txt": "ours(m SOURCES core.cpp)", "csrc/core.cpp": "" },
    inside: ["csrc/core.cpp"],
    outside: [],
  },
  {
    what: "a C file that is made of Cython",
    files: {
      "setup.py": SETUP.replace("m.cpp", "m.c"),
      "src/m.pyx": 'include "part.pxi"',
      "src/part.pxi": "",
    },
    inside: ["src/m.pyx", "src/part.pxi"],
    outside: [],
  },
  {
    what: "what a shell script compiles for setup.py",
    files: {
      "setup.py": `import subprocess\nsubprocess.call(["./build.sh"])\n${SETUP}`,
      "build.sh": "cd kernel && nvcc -c -o k.o k.cu",
      "kernel/k.cu": '#include "k.cuh"',
      "kernel/k.cuh": "",
      "kernel/orphan.cu": "",
    },
    inside: ["build.sh", "kernel/k.cu", "kernel/k.cuh"],
    outside: ["kernel/orphan.cu"],
  },
  {
    what: "links",
    files: { "setup.py": SETUP, "src/m.cpp": '#include "pub/a.h"', "src/pub": "-> ../real", "real/a.h": "" },
    inside: ["real/a.h"],
    outside: [],
  },
  {
    what: "submodules that are named, reached into or needed; not a test framework",
    files: {
      "pyproject.toml": SKBUILD,
      "CMakeLists.txt": "include_directories(extern/lib/include)\nadd_library(m a.c)",
      "a.c": "#include <foreign/x.hpp>",
      "extern/lib": "@1",
      "extern/headers": "@2",
      "extern/googletest": "@3",
    },
    inside: ["extern/lib", "extern/headers"],
    outside: ["extern/googletest"],
  },
  {
    what: "a submodule that nothing needs",
    files: { "setup.py": SETUP, "src/m.cpp": "#include <vector>\n#include <Python.h>", "extern/spare": "@1" },
    inside: [],
    outside: ["extern/spare"],
  },
  {
    what: "the folder that scikit-build-core is told of",
    files: {
      "pyproject.toml": `${SKBUILD}[tool.scikit-build]\ncmake.source-dir = "native"\n`,
      "native/CMakeLists.txt": "add_library(m a.c)",
      "native/a.c": "",
      "other/CMakeLists.txt": "add_library(n b.c)",
      "other/b.c": "",
    },
    inside: ["native/CMakeLists.txt", "native/a.c"],
    outside: ["other/CMakeLists.txt", "other/b.c"],
  },
];

for (const { what, files, inside, outside } of CASES) {
  test(`closure: ${what}`, async () => {
    const closure = await findClosure(treeOf(files));
    assert.equal(closure.open, null);
    const found = [...closure.files.keys()];
    for (const path of inside) assert.ok(found.includes(path), `${path} in ${found.join(" ")}`);
    for (const path of outside) assert.ok(!found.includes(path), `${path} not in ${found.join(" ")}`);
  });
}

test("closure: a tree without a build file is open", async () => {
  const closure = await findClosure(treeOf({ "a.cpp": "", "README.md": "" }));
  assert.equal(closure.open, "no build file at the top names the sources");
});

test("closure: make run by setup.py leaves it open", async () => {
  const setup = `import subprocess\nsubprocess.check_call(["make", "-C", "lib"])\n${SETUP}`;
  assert.match((await findClosure(treeOf({ "setup.py": setup }))).open ?? "", /setup\.py: make is run/);
});

test("closure: the way to a file is told", async () => {
  const closure = await findClosure(
    treeOf({
      "setup.py": SETUP,
      "src/m.cpp": '#include "a.h"',
      "src/a.h": '#include "b.h"',
      "src/b.h": '#include "a.h"',
    }),
  );
  assert.equal(chainText(closure, "src/b.h"), "src/b.h <- src/a.h <- src/m.cpp <- setup.py");
  assert.equal(chainText(closure, "src/none.h"), "");
});

test("closure: a text that changed is read again, one that is not read is not asked for", async () => {
  const files = {
    "setup.py": SETUP,
    "src/m.cpp": '#include "a.h"',
    "src/a.h": "",
    "src/b.h": "",
    "pkg/x.py": "1",
  };
  const first = await findClosure(treeOf(files));
  assert.equal(await findClosure(treeOf({ ...files, "pkg/x.py": "2" })), first);
  const changed = await findClosure(treeOf({ ...files, "src/a.h": '#include "b.h"' }));
  assert.ok(changed.files.has("src/b.h"));
  assert.ok(!(await findClosure(treeOf(files))).files.has("src/b.h"));
  const { "src/a.h": _gone, ...without } = files;
  assert.ok(!(await findClosure(treeOf(without))).files.has("src/a.h"));
});

test("a setup.py that only packs what a Makefile makes: every candidate counts", async () => {
  const files = {
    "setup.py": "from setuptools import setup\nsetup(package_data={'pkg': ['*.so']})\n",
    Makefile: "all: pkg/k.so\n",
    "csrc/k.cu": "",
  };
  const { open } = await findClosure(treeOf(files));
  assert.equal(open, "no build file that Python's build reads names a source");
  const named = { ...files, "setup.py": SETUP, "src/m.cpp": "" };
  assert.equal((await findClosure(treeOf(named))).open, null);
});
