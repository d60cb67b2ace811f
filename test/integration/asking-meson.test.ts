import assert from "node:assert/strict";
import test from "node:test";
import { askedProject } from "../helpers/asked-project.ts";
import { cpythonModule } from "../helpers/projects.ts";

const FILES = {
  "pyproject.toml": `[build-system]
requires = ["meson-python"]
build-backend = "mesonpy"

[project]
name = "tiny"
version = "0.1"
`,
  "meson.build": `project('tiny', 'cpp')
py = import('python').find_installation(pure: false)
py.install_sources('tiny/__init__.py', subdir: 'tiny')
py.extension_module('_C', 'csrc/ops.cpp', install: true, subdir: 'tiny')
executable('check_ops', 'tests/check.cpp')
subdir('extra')
`,
  "extra/meson.build": "\n",
  "csrc/ops.cpp": `#include "table.def"\n${cpythonModule("_C", { add: "a + b" })}`,
  "csrc/table.def": "\n",
  "csrc/unused.h": "\n",
  "tests/check.cpp": '#include "check.h"\nint main() { return 0; }\n',
  "tests/check.h": "\n",
  "tiny/__init__.py": "",
};

test("meson-python in a build directory of ours tells what it read", async (t) => {
  const project = await askedProject(t, FILES, ["meson-python", "ninja"]);
  // A copied environment's scripts name the Python that they were made for.
  const start = "import sys; from mesonbuild.mesonmain import main; sys.exit(main())";
  project.write(".venv/bin/meson", `#!${project.top}/.venv/bin/python\n${start}\n`);
  assert.deepEqual(await project.build(), {
    files: ["csrc/ops.cpp", "csrc/table.def", "extra/meson.build", "meson.build"],
    by: ["ninja-deps", "meson-introspection"],
  });
});
