import assert from "node:assert/strict";
import test from "node:test";
import { askedProject } from "../helpers/asked-project.ts";
import { cpythonModule } from "../helpers/projects.ts";

const LISTS = `cmake_minimum_required(VERSION 3.18)
project(tiny LANGUAGES CXX)
find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
include(cmake/extra.inc)
configure_file(csrc/conf.h.in \${CMAKE_BINARY_DIR}/conf.h)
file(STRINGS csrc/version.h VERSION_LINE)
add_custom_command(
  OUTPUT \${CMAKE_BINARY_DIR}/made.h
  COMMAND Python::Interpreter \${CMAKE_SOURCE_DIR}/tools/make.py \${CMAKE_SOURCE_DIR}/spec \${CMAKE_BINARY_DIR}/made.h
  DEPENDS tools/make.py VERBATIM)
add_library(kernels STATIC csrc/kernels.cpp)
set_target_properties(kernels PROPERTIES POSITION_INDEPENDENT_CODE ON)
Python_add_library(_C MODULE WITH_SOABI csrc/ops.cpp \${CMAKE_BINARY_DIR}/made.h)
target_include_directories(_C SYSTEM PRIVATE vendor \${CMAKE_BINARY_DIR})
target_link_libraries(_C PRIVATE kernels)
add_executable(check_kernels tests/check.cpp)
`;

const OPS = `#include "table.def"\n#include <vendored.h>\n#include "made.h"\n#include "conf.h"\n`;

const FILES = {
  "CMakeLists.txt": LISTS,
  "cmake/extra.inc": "set(EXTRA 1)\n",
  "csrc/conf.h.in": "\n",
  "csrc/version.h": "// 1.2\n",
  "csrc/ops.cpp": OPS + cpythonModule("_C", { add: "a + b" }),
  "csrc/table.def": "\n",
  "csrc/unused.h": "\n",
  "csrc/kernels.cpp": '#include "kernels.hpp"\n',
  "csrc/kernels.hpp": "int kernels();\n",
  "csrc/link.hpp": "", // a name for the next file
  "vendor/vendored.h": '#pragma GCC system_header\n#include "deep.h"\n',
  "vendor/deep.h": "\n",
  "spec/part.h": "\n",
  "tests/check.cpp": '#include "check.h"\nint main() { return 0; }\n',
  "tests/check.h": "\n",
  "tools/make.py": "import sys; open(sys.argv[2], 'w').write('')\n",
  "tiny/__init__.py": "",
};

const READ = [
  "CMakeLists.txt",
  "cmake/extra.inc",
  "csrc/conf.h.in",
  "csrc/kernels.cpp",
  "csrc/kernels.hpp",
  "csrc/ops.cpp",
  "csrc/table.def",
  "csrc/version.h",
  "spec/part.h",
  "tools/make.py",
  "vendor/deep.h",
  "vendor/vendored.h",
];

const WAYS = [
  { generator: "Ninja", by: ["cmake-file-api", "ninja-deps"] },
  { generator: "Unix Makefiles", by: ["cmake-file-api", "depfiles"] },
];

for (const { generator, by } of WAYS) {
  test(`a build by CMake and ${generator} tells what it read`, async (t) => {
    const project = await askedProject(t, { ...FILES, "rebuild-if-needed.toml": config(generator) }, []);
    assert.deepEqual(await project.build(), { files: READ, by });

    await t.test("an incremental build tells all of it, not what it compiled again", async () => {
      project.write("csrc/kernels.cpp", '#include "kernels.hpp"\n#include "link.hpp"\n');
      const files = [...READ, "csrc/link.hpp"].sort();
      assert.deepEqual(await project.build(), { files, by });
      const history = await project.box.cliJson<{ builds: { level: string }[] }>(project.top, "history");
      assert.deepEqual(
        history.json.builds.map((build) => build.level),
        ["clean", "incremental"],
      );
    });

    await t.test("a command of its own that compiles makes it tell nothing", async () => {
      const command =
        "add_custom_command(TARGET _C POST_BUILD COMMAND c++ -fsyntax-only ${CMAKE_SOURCE_DIR}/tests/check.cpp)\n";
      project.write("CMakeLists.txt", LISTS + command);
      assert.match(await project.note(), /runs c\+\+/);
    });
  });
}

function config(generator: string): string {
  return `preset = "none"
strategy = "ladder"

[[extension]]
name = "tiny"
inputs = ["**/*.{cpp,h,hpp,def,inc,in}", "CMakeLists.txt", "tools/*.py"]
outputs = ["build/*.so"]
build-dirs = ["build"]
recipe = [["cmake", "-G", "${generator}", "-S", ".", "-B", "build"], ["cmake", "--build", "build"]]
`;
}
