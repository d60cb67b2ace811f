import assert from "node:assert/strict";
import test from "node:test";
import { tellingLines } from "../../src/build/telling-lines.ts";

test("the last lines of the log, where they speak of an error", () => {
  const log = ["python gen.py", "0", "1", "2", "3", "4", "error: command 'gen' failed", ""];
  assert.deepEqual(tellingLines(log.join("\n")), log.slice(1, 7));
  assert.deepEqual(tellingLines("only this\n"), ["only this"]);
});

/** Lines as tools print them, each amid others. */
const DIAGNOSTICS: readonly string[] = [
  "p.c:1:10: fatal error: nothere.h: No such file or directory",
  'csrc/kernel.cu(12): error: identifier "x" is undefined',
  "csrc/kernel.cu(12,3): error: expected a ;",
  "nvcc fatal   : Unsupported gpu architecture 'compute_35'",
  "ptxas fatal   : Memory allocation failure",
  "g++: fatal error: Killed signal terminated program cc1plus",
  "/usr/bin/ld: cannot find -lnothere: No such file or directory",
  "CMake Error at CMakeLists.txt:3 (find_package):",
  '../meson.build:9:11: ERROR: Dependency "openblas" not found, tried pkgconfig and cmake',
];

for (const line of DIAGNOSTICS) {
  test(`what the compiler said, above pages of Python's: ${line.slice(0, 40)}`, () => {
    const page = Array.from({ length: 40 }, (_, at) => `  File "x.py", line ${at}, in run`);
    const log = [
      "gcc -Werror -c p.c -DFILE=a:1:error",
      "warning: old",
      line,
      ...page,
      "error: command failed",
    ];
    assert.equal(tellingLines(log.join("\n"))[0], line);
  });
}

test("what pip says after the output of the build is left out", () => {
  const log = `  × Preparing editable metadata (pyproject.toml) did not run successfully.
  │ exit code: 1
  ╰─> [2 lines of output]
      running dist_info
      error: invalid command 'bdist_wheel'
      [end of output]

  note: This error originates from a subprocess, and is likely not a problem with pip.
error: metadata-generation-failed
note: This is an issue with the package mentioned above, not pip.
`;
  assert.deepEqual(tellingLines(log).slice(-2), [
    "running dist_info",
    "error: invalid command 'bdist_wheel'",
  ]);
});

test("the same where pip has shown the build's output as it came", () => {
  const log = `  running build_ext
  FAILED: two.o
  sh compile.sh two.cpp
  no such generator
  Traceback (most recent call last):
    File "setup.py", line 16, in build_extension
  An error occurred when building editable wheel for tiny.
  See debugging tips in: https://setuptools.pypa.io
  error: subprocess-exited-with-error

  × Building editable for tiny (pyproject.toml) did not run successfully.
  │ exit code: 1
  ╰─> See above for output.

  note: This error originates from a subprocess, and is likely not a problem with pip.
  full command: /venv/bin/python _in_process.py build_editable /tmp/x
ERROR: Could not build wheels for tiny
`;
  assert.deepEqual(tellingLines(log), [
    "FAILED: two.o",
    "sh compile.sh two.cpp",
    "no such generator",
    "Traceback (most recent call last):",
    '  File "setup.py", line 16, in build_extension',
  ]);
});

test("CMake's error in place of where it was called from", () => {
  const log = `-- Detecting CXX compile features - done
CMake Error at cmake/dep.cmake:12 (message):
  the dependency is too old


Call Stack (most recent call first):
  a.cmake:1 (f)
  b.cmake:1 (g)
  c.cmake:1 (h)
  CMakeLists.txt:5 (include)


-- Configuring incomplete, errors occurred!
See also "/p/build/CMakeFiles/CMakeError.log".
`;
  assert.deepEqual(tellingLines(log).slice(0, 2), [
    "CMake Error at cmake/dep.cmake:12 (message):",
    "  the dependency is too old",
  ]);
});
