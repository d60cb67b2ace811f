import assert from "node:assert/strict";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import test from "node:test";
import { findClosure } from "../../src/closure/closure.ts";
import { openRevisions } from "../../src/git/revisions.ts";
import { createSandbox } from "../helpers/sandbox.ts";

const FILES: Readonly<Record<string, string>> = {
  "pyproject.toml":
    '[build-system]\nrequires = ["scikit-build-core"]\nbuild-backend = "scikit_build_core.build"\n',
  "CMakeLists.txt": `cmake_minimum_required(VERSION 3.15)
project(closure LANGUAGES C)
list(APPEND CMAKE_MODULE_PATH \${CMAKE_CURRENT_SOURCE_DIR}/cmake)
include(Kernels)
option(CLOSURE_BUILD_TESTS "tests" OFF)
set(ROOT \${CMAKE_CURRENT_SOURCE_DIR}/csrc)
configure_file(csrc/config.h.in \${CMAKE_CURRENT_BINARY_DIR}/gen/config.h)
file(GLOB GLOBBED CONFIGURE_DEPENDS csrc/ops/*.c)
add_library(core MODULE \${ROOT}/core.c \${GLOBBED})
foreach(name add mul)
  kernel(core \${name})
endforeach()
target_include_directories(core PRIVATE include \${CMAKE_CURRENT_BINARY_DIR}/gen)
if(CLOSURE_BUILD_TESTS)
  add_subdirectory(tests)
endif()
`,
  "cmake/Kernels.cmake":
    "function(kernel target name)\n  target_sources(${target} PRIVATE csrc/kernels/${name}_kernel.c)\nendfunction()\n",
  "csrc/config.h.in": '#include "from_template.h"\n',
  "csrc/core.c":
    '#include <config.h>\n#include "api.h"\n#define IMPL "impl/detail.h"\n#include IMPL\nint core(void) { return API + DETAIL; }\n',
  "csrc/ops/one.c": '#  include "../shared.inc"\nint one(void) { return SHARED; }\n',
  "csrc/kernels/add_kernel.c": '#include "kernel.h"\nint add(void) { return KERNEL; }\n',
  "csrc/kernels/mul_kernel.c": '#include "kernel.h"\nint mul(void) { return KERNEL; }\n',
  "csrc/kernels/kernel.h": "#define KERNEL 1\n",
  "csrc/shared.inc": "#define SHARED 1\n",
  "include/api.h": '#pragma once\n/* #include "unused.h" */\n#define API 1\n',
  "include/impl/detail.h": "#define DETAIL 1\n",
  "include/from_template.h": "#define TEMPLATE 1\n",
  "include/unused.h": "",
  "csrc/kernels/old.c": '#include "kernel.h"\n',
  "tests/CMakeLists.txt": "add_executable(t t.c)\n",
  "tests/t.c": '#include "only_tests.h"\nint main(void) { return 0; }\n',
  "tests/only_tests.h": "",
};

test("what CMake and gcc read is in the closure, and nothing else that they could read", async (t) => {
  const sandbox = createSandbox(t);
  const repo = await sandbox.repository("project");
  for (const [path, text] of Object.entries(FILES)) sandbox.write(join(repo, path), text);
  const commit = await sandbox.commit(repo, "all");

  const build = sandbox.path("build");
  for (const argv of [
    ["cmake", "-S", repo, "-B", build, "-G", "Unix Makefiles"],
    ["cmake", "--build", build],
  ]) {
    const result = await sandbox.run(repo, argv);
    assert.equal(result.code, 0, result.stdout + result.stderr);
  }
  const read = filesRead(build, repo);
  const revisions = openRevisions(repo);
  t.after(() => revisions.close());
  const tree = await revisions.at(commit);
  assert.ok(tree !== null);
  const closure = await findClosure(tree);
  assert.equal(closure.open, null);

  const sources = [...read].sort();
  assert.ok(sources.length >= 9, `depfiles name the files of the tree: ${sources.join(" ")}`);
  assert.deepEqual(
    sources.filter((path) => !closure.files.has(path)),
    [],
    "read by the compiler and left out",
  );
  const compiled = [...closure.files.keys()].filter((path) => /\.(?:c|h|inc)$/.test(path)).sort();
  assert.deepEqual(compiled, sources, "in the closure and not read by the compiler");
  for (const path of ["CMakeLists.txt", "cmake/Kernels.cmake", "csrc/config.h.in"]) {
    assert.ok(closure.files.has(path), path);
  }
});

/** Files of the tree that gcc's depfiles name. */
function filesRead(build: string, repo: string): Set<string> {
  const found = new Set<string>();
  for (const name of readdirSync(build, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".o.d")) continue;
    const text = readFileSync(join(build, name), "utf8").replace(/\\\n/g, " ");
    for (const word of text.slice(text.indexOf(":") + 1).split(/\s+/)) {
      if (word === "") continue;
      const path = relative(realpathSync(repo), resolve(build, word));
      if (!path.startsWith("..")) found.add(path);
    }
  }
  return found;
}
