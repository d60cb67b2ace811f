import assert from "node:assert/strict";
import test from "node:test";
import { askedProject } from "../helpers/asked-project.ts";
import { cpythonModule } from "../helpers/projects.ts";

const LISTS = `cmake_minimum_required(VERSION 3.18)
project(tiny LANGUAGES CXX)
find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
Python_add_library(_C MODULE WITH_SOABI csrc/ops.cpp)
add_executable(check_ops tests/check.cpp)
install(TARGETS _C DESTINATION tiny)
`;

const PYPROJECT = `[build-system]
requires = ["scikit-build-core"]
build-backend = "scikit_build_core.build"

[project]
name = "tiny"
version = "0.1"

[tool.scikit-build]
wheel.packages = ["tiny"]
`;

/** Takes a compiler seconds: ninja is looked for a few times a second, and a build that ends between two looks tells nothing. */
const LONG = `#include <regex>
#include <iostream>
void match(const char *text) { std::cout << std::regex_match(text, std::regex("(a|b)+c")); }
`;

const FILES = {
  "pyproject.toml": PYPROJECT,
  "CMakeLists.txt": LISTS,
  "csrc/ops.cpp": `#include "table.def"\n${LONG}${cpythonModule("_C", { add: "a + b" })}`,
  "csrc/table.def": "\n",
  "csrc/unused.h": "\n",
  "tests/check.cpp": '#include "check.h"\nint main() { return 0; }\n',
  "tests/check.h": "\n",
  "tiny/__init__.py": "",
};

const READ = ["CMakeLists.txt", "csrc/ops.cpp", "csrc/table.def"];

test("scikit-build-core in a temporary directory tells what it read", async (t) => {
  const project = await askedProject(t, FILES, ["scikit-build-core", "ninja"]);
  assert.deepEqual(await project.build(), { files: READ, by: ["ninja-deps"] });

  await t.test("and in a build directory of its own", async () => {
    project.write("pyproject.toml", `${PYPROJECT}build-dir = "build/{wheel_tag}"\n`);
    assert.deepEqual(await project.build(), { files: READ, by: ["cmake-file-api", "ninja-deps"] });
  });
});
