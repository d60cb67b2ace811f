/** Builds that fail for real, each by the tool that is here, and the cause that its own words give. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { causeOf } from "../../src/build/log-causes.ts";
import { createSandbox } from "../helpers/sandbox.ts";

interface Failing {
  readonly files?: Readonly<Record<string, string>>;
  /** Run by sh in the folder of the files. */
  readonly command: string;
  readonly cause: string;
}

const LISTS = "cmake_minimum_required(VERSION 3.18)\nproject(x NONE)\n";

const FAILING: Readonly<Record<string, Failing>> = {
  "gcc on a full device": {
    command: "g++ -c a.cpp -o /dev/full",
    cause: "the disk is full",
  },
  "gcc whose compiler proper was killed": {
    files: { "parts/cc1plus": "#!/bin/sh\nkill -9 $$\n" },
    command: "g++ -B parts/ -c a.cpp",
    cause: "the system ended a compiler because memory ran out",
  },
  "gcc whose linker was killed": {
    files: { "parts/ld": "#!/bin/sh\nkill -9 $$\n" },
    command: "g++ -B parts/ -shared -fPIC a.cpp",
    cause: "the system ended a compiler because memory ran out",
  },
  "gcc that gets no memory": {
    command: "ulimit -v 40000; g++ -c a.cpp",
    cause: "a compiler got no more memory",
  },
  "a header of a submodule": {
    files: { "h.cpp": "#include <cutlass/numeric_types.h>\n" },
    command: "g++ -c h.cpp",
    cause: "a submodule is not checked out",
  },
  "a header of a Python package": {
    files: { "h.cpp": "#include <pybind11/pybind11.h>\n" },
    command: "g++ -c h.cpp",
    cause:
      "the compiler does not find pybind11/pybind11.h, a header of a Python package that the build needs",
  },
  "any other header": {
    files: { "h.cpp": '#include "ops/launch.h"\n' },
    command: "g++ -c h.cpp",
    cause: "the compiler does not find the header ops/launch.h",
  },
  "a library that is not there": {
    command: "g++ -shared -fPIC a.cpp -lnothere",
    cause: "the linker does not find the library libnothere",
  },
  "an object without -fPIC": {
    files: { "s.cpp": "int x; int g() { return x; }\n" },
    command: "g++ -fno-pic -c s.cpp && g++ -shared s.o",
    cause: "an object or static library that goes into the extension was compiled without -fPIC",
  },
  "nvcc and an architecture of old": {
    files: { "k.cu": "__global__ void k() {}\n" },
    command: "nvcc -gencode arch=compute_35,code=sm_35 -c k.cu",
    cause: "this nvcc or torch does not know the GPU architecture compute_35",
  },
  "nvcc and a host compiler that has gone": {
    files: { "k.cu": "__global__ void k() {}\n" },
    command: "nvcc -ccbin /gone/g++ -c k.cu",
    cause: "nvcc cannot start the host compiler that it is told to use",
  },
  "nvcc by a path that has gone": {
    command: "/gone/cuda/bin/nvcc -c k.cu",
    cause: "CUDA_HOME sends the build to /gone/cuda/bin/nvcc, which is not there",
  },
  "ninja and a file that is never made": {
    files: {
      "build.ninja":
        "rule gen\n  command = true\n  generator = 1\nbuild build.ninja: gen made\nbuild made: gen\n",
    },
    command: "ninja",
    cause:
      "ninja writes build.ninja anew for ever: a file that it is made from lies in the future, or is never made",
  },
  "make with files of the future": {
    files: { Makefile: "all: a.cpp\n\tfalse\n" },
    command: "touch -d '+2 hours' a.cpp; make",
    cause: "files lie in the future, so make does not know what is old",
  },
  "CMake that is too old": {
    files: { "CMakeLists.txt": "cmake_minimum_required(VERSION 3.99)\n" },
    command: "cmake -S . -B build | cat; cmake --version >&2; false",
    cause: "the project asks for CMake 3.99, found was ",
  },
  "CMake with a compiler that has gone": {
    files: { "CMakeLists.txt": LISTS.replace("NONE", "CXX") },
    command: "CXX=/gone/g++ cmake -S . -B build",
    cause: "CMake is told to use tools or folders that are not there, by its cache or by a variable",
  },
  "CMake with a cache of another folder": {
    files: { "CMakeLists.txt": LISTS, "other/CMakeLists.txt": LISTS },
    command: "cmake -S . -B build && cmake -S other -B build",
    cause: "CMake is told to use tools or folders that are not there, by its cache or by a variable",
  },
  "CMake with another generator than before": {
    files: { "CMakeLists.txt": LISTS },
    command: "cmake -S . -B build -G 'Unix Makefiles' && cmake -S . -B build -G Ninja",
    cause: "the build directory was made for Unix Makefiles, and CMake is now asked for Ninja",
  },
  "CMake without torch": {
    files: { "CMakeLists.txt": `${LISTS}find_package(Torch REQUIRED)\n` },
    command: "cmake -S . -B build",
    cause: "CMake does not find the package Torch",
  },
  "CMake and an empty submodule": {
    files: { "CMakeLists.txt": `${LISTS}add_subdirectory(third_party/dep)\n`, "third_party/dep/.keep": "" },
    command: "cmake -S . -B build",
    cause: "a submodule is not checked out",
  },
  "FetchContent without network": {
    files: { "CMakeLists.txt": fetching("GIT_REPOSITORY http://127.0.0.1:1/dep.git GIT_TAG v1") },
    command: "cmake -S . -B build",
    cause: "the build downloads from http://127.0.0.1:1/dep.git/, which cannot be reached",
  },
  "FetchContent of a commit that is not there": {
    files: {
      "CMakeLists.txt": fetching(
        `GIT_REPOSITORY "file://\${CMAKE_SOURCE_DIR}/dep" GIT_TAG ${"12345".repeat(8)}`,
      ),
    },
    command: "git init -q dep && git -C dep commit -q --allow-empty -m one && cmake -S . -B build",
    cause: `the commit ${"12345".repeat(8)} of a dependency is not in the repository that it is taken from`,
  },
  "Python without a build requirement": {
    command: "python3 -I -S -c 'import scikit_build_core'",
    cause: "the build needs scikit_build_core, which is not in the environment that it runs in",
  },
  "ccache that cannot write": {
    files: { file: "" },
    command: "CCACHE_DIR=$PWD/file/cache ccache g++ -c a.cpp",
    cause: "the compiler cache failed: Failed to create directory",
  },
};

for (const [name, { files = {}, command, cause }] of Object.entries(FAILING)) {
  test(name, async (t) => {
    const box = createSandbox(t);
    const folder = box.path("p");
    mkdirSync(folder);
    for (const [path, text] of Object.entries({ "a.cpp": "int f() { return 1; }\n", ...files }))
      box.write(join(folder, path), text);
    const { code, stdout, stderr } = await box.run(folder, ["sh", "-c", `chmod -R u+x .; ${command}`], {
      env: { LC_ALL: "C", CCACHE_DISABLE: undefined },
    });
    assert.notEqual(code, 0, stdout);
    const found = causeOf(stdout + stderr);
    assert.ok(found?.cause.startsWith(cause), `${found?.cause ?? "none"}\n${stdout}${stderr}`);
    assert.notEqual(found?.fix, "");
  });
}

function fetching(from: string): string {
  return `${LISTS}include(FetchContent)\nFetchContent_Declare(dep ${from})\nFetchContent_MakeAvailable(dep)\n`;
}
