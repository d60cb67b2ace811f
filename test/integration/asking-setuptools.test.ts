import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import test from "node:test";
import { askedProject } from "../helpers/asked-project.ts";
import { cpythonModule } from "../helpers/projects.ts";
import { withoutLaunchers } from "../helpers/without-launchers.ts";

const SETUP = `from setuptools import Extension, setup

setup(
    name="tiny",
    packages=["tiny"],
    ext_modules=[
        Extension("tiny._C", ["csrc/ops.cpp", "csrc/more.cpp"], include_dirs=["csrc"], language="c++")
    ],
)
`;

const FILES = {
  "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
  "setup.py": SETUP,
  "csrc/ops.cpp": `#include "table.def"\n${cpythonModule("_C", { add: "a + b" })}`,
  "csrc/more.cpp": "#include <more.h>\nint more() { return MORE; }\n",
  "csrc/more.h": "#define MORE 1\n",
  "csrc/table.def": "\n",
  "csrc/unused.h": "\n",
  "tests/check.h": "\n",
  "tiny/__init__.py": "",
};

const READ = ["csrc/more.cpp", "csrc/more.h", "csrc/ops.cpp", "csrc/table.def"];

test("an editable install by setuptools, whose build directory is gone at once, tells what gcc read", async (t) => {
  const project = await askedProject(t, FILES, ["setuptools>=77"], withoutLaunchers);
  assert.deepEqual(await project.build(), { files: READ, by: ["depfiles"] });

  await t.test("a version that setup.py reads from a header counts", async () => {
    project.write("csrc/version.h", "// 1.2\n");
    project.write("setup.py", `${SETUP}open("csrc/version.h").read()\n`);
    assert.deepEqual(await project.build(), { files: [...READ, "csrc/version.h"], by: ["depfiles"] });
  });

  await t.test("where a compile writes its own dependency file, nothing is told", async () => {
    project.write("setup.py", SETUP.replace('language="c++"', 'extra_compile_args=["-MD"]'));
    assert.match(await project.note(), /nobody tells how (ops|more)\.cpp .* was compiled/);
  });

  await t.test("where headers may pass as the system's, nothing is told", async () => {
    project.write("setup.py", SETUP.replace('language="c++"', 'extra_compile_args=["-isystem", "vendor"]'));
    assert.match(await project.note(), /included as the system's/);
  });
});

test("where a compile cache can be found, compilers are asked for nothing", async (t) => {
  const project = await askedProject(t, FILES, ["setuptools>=77"], withoutLaunchers);
  // As ccache 4.7 behaves: with the variable set it ends well, and has compiled nothing.
  const cache = project.box.path("tools/ccache");
  project.box.write(cache, `#!/bin/sh\n[ -n "$DEPENDENCIES_OUTPUT" ] || exec "$@"\n`);
  chmodSync(cache, 0o755);
  const ways = [
    {
      PATH: `${project.box.path("tools")}:${project.box.environment["PATH"]}`,
      CC: "ccache gcc",
      CXX: "ccache g++",
    },
    { CC: `${cache} gcc`, CXX: `${cache} g++` },
  ];
  for (const env of ways) assert.match(await project.note(env), /nobody tells how (ops|more)\.cpp/);
});
