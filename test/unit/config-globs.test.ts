import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import picomatch from "picomatch";
import { compileGlobs } from "../../src/config/globs.ts";

const CASES: readonly (readonly [globs: readonly string[], path: string, expected: boolean])[] = [
  [["**/*.cu"], "csrc/deep/a.cu", true],
  [["**/*.cu"], "a.cu", true],
  [["**/*.cu"], "a.cuh", false],
  [["**/*.cu"], "cu", false],
  [["**/*.h.in"], "src/config.h.in", true],
  [["**/*.h.in"], "src/configh.in", false],
  [["**/*.cu"], "dir.cu/readme", false],
  [["**/*.c++"], "a/b.c++", true],
  [["**/CMakeLists.txt"], "CMakeLists.txt", true],
  [["**/CMakeLists.txt"], "third/CMakeLists.txt", true],
  [["**/CMakeLists.txt"], "third/notCMakeLists.txt", false],
  [["setup.py"], "setup.py", true],
  [["setup.py"], "tools/setup.py", false],
  [["./setup.py"], "setup.py", true],
  [["csrc/**"], "csrc/.hidden/a.h", true],
  [["csrc/**"], "csrc/two\nlines.cu", true],
  [["csrc/**"], "csrc2/a.cu", false],
  [["csrc/cutlass/**"], "csrc/cutlass", true],
  [["pkg/*.so"], "pkg/_C.abi3.so", true],
  [["pkg/*.so"], "pkg/sub/_C.so", false],
  [["pkg/{a/**/*.py,b.so}"], "pkg/a/x.py", true],
  [["configs/*.json"], "configs/E=256,block_shape=[128,128].json", true],
  [["block_shape=[128,128].json"], "block_shape=[128,128].json", true],
  [["**/*.cu", "!csrc/cpu/**"], "csrc/cpu/a.cu", false],
  [["**/*.cu", "!csrc/cpu/**", "csrc/cpu/keep.cu"], "csrc/cpu/keep.cu", true],
  [["**/*.cu", "!csrc/cpu/**", "csrc/cpu/keep.cu"], "csrc/cpu/a.cu", false],
  [["!csrc/cpu/**", "**/*.cu"], "csrc/cpu/a.cu", true],
  [["!**/*.md"], "a.cu", false],
  [[], "a.cu", false],
];

for (const [globs, path, expected] of CASES) {
  test(`${JSON.stringify(globs)} ${expected ? "takes" : "leaves"} ${JSON.stringify(path)}`, () => {
    assert.equal(compileGlobs(globs)(path), expected);
  });
}

test("a path that is not UTF-8 matches like any other", () => {
  assert.equal(compileGlobs(["csrc/*.cu"])("csrc/caf\udce9.cu"), true);
});

test("the quick ways agree with picomatch", () => {
  const part = fc.constantFrom(
    "a",
    "b.c",
    ".c",
    "csrc",
    "c",
    "x.cu",
    "x.h.in",
    ".h.in",
    "h.in",
    "CMakeLists.txt",
    "d e",
  );
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  const glob = fc.constantFrom(
    "**/*.c",
    "**/*.cu",
    "**/*.h.in",
    "**/csrc",
    "**/CMakeLists.txt",
    "csrc/**",
    "a/csrc/**",
    "a",
    "*.c",
    "**/d e",
  );
  fc.assert(
    fc.property(path, fc.array(glob, { minLength: 1, maxLength: 4 }), (name, globs) => {
      const expected = globs.some((each) => picomatch(each, { dot: true })(name));
      assert.equal(compileGlobs(globs)(name), expected);
    }),
  );
});
