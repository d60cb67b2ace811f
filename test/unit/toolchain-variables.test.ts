import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { compareToolchains } from "../../src/fingerprint/compare-toolchain.ts";
import { toolchainMeaning } from "../../src/fingerprint/toolchain-meaning.ts";
import type { Tool, Toolchain, ToolRole } from "../../src/model.ts";

function found(role: ToolRole, path: string): Tool {
  return { role, path, files: [], version: "1", identity: role };
}

const TOOLS = [found("cc", "/usr/bin/gcc"), found("cxx", "/usr/bin/g++"), found("nvcc", "/cuda/bin/nvcc")];

function withVariable(name: string, value: string, tools: readonly Tool[] = TOOLS): Toolchain {
  return { tools, packages: [], variables: value === "" ? {} : { [name]: value } };
}

function isEqual(name: string, one: string, other: string): boolean {
  const [before, now] = [withVariable(name, one), withVariable(name, other)];
  const reasons = compareToolchains(before, now);
  assert.equal(reasons.length === 0, toolchainMeaning(before) === toolchainMeaning(now));
  return reasons.length === 0;
}

test("what a variable says beyond the tools that it names", () => {
  const cases: readonly (readonly [string, string, string, boolean])[] = [
    ["CC", "", "gcc", true],
    ["CC", "gcc", "ccache /usr/bin/gcc", true],
    ["CC", "gcc", "gcc -m32", false],
    ["LDSHARED", "gcc -shared", "/usr/bin/gcc  -shared", true],
    ["LDSHARED", "gcc -shared", "gcc -shared -g", false],
    ["CUDA_HOME", "", "/cuda/", true],
    ["CUDA_HOME", "/cuda", "/without/nvcc", false],
    ["NVCC_PREPEND_FLAGS", "", "-ccbin g++", true],
    ["NVCC_PREPEND_FLAGS", "-ccbin g++ -O1", "-O1 --compiler-bindir=/usr/bin/g++", true],
    ["NVCC_PREPEND_FLAGS", "-O1", "-O2", false],
    ["CMAKE_ARGS", "", "-DCMAKE_CXX_COMPILER_LAUNCHER=sccache -DCMAKE_C_COMPILER=gcc", true],
    ["CMAKE_ARGS", "", "-DCMAKE_CXX_COMPILER_LAUNCHER=/opt/rewrites-sources", false],
    ["CFLAGS", "-O2 -g", "-g -O2", false], // the last of two options wins
    ["TORCH_CUDA_ARCH_LIST", "8.0;9.0", "9.0 8.0 9.0", true],
    ["TORCH_CUDA_ARCH_LIST", "8.0;9.0", "8.0;9.0+PTX", false],
    ["CPATH", "/a:/b", "/a/:/b:/a", true],
    ["CPATH", "/a:/b", "/b:/a", false],
    ["CPATH", "/a", "/a:", false], // an empty one is the present folder
    ["FLAVOUR", "a b", "a  b", false],
  ];
  for (const [name, one, other, expected] of cases) {
    assert.equal(isEqual(name, one, other), expected, `${name}: ${one} -> ${other}`);
    assert.equal(isEqual(name, other, one), expected, `${name}: ${other} -> ${one}`);
  }
});

test("a variable that names nothing counts as it is written", () => {
  const nothing: readonly Tool[] = [{ ...found("cc", ""), path: null }];
  const [before, now] = [withVariable("CC", "gcc", TOOLS), withVariable("CC", "/gone/gcc", nothing)];
  assert.deepEqual(
    compareToolchains(before, now).map((reason) => reason.text),
    ["CC: gcc -> /gone/gcc"],
  );
});

test("law: order, duplicates and separators of architectures never count", () => {
  const list = fc.array(fc.constantFrom("8.0", "8.6", "9.0", "10.0+PTX"), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(list, fc.constantFrom(";", " ", "; "), (architectures, separator) => {
      const twice = [...architectures, ...architectures].reverse().join(separator);
      assert.equal(isEqual("TORCH_CUDA_ARCH_LIST", architectures.join(";"), twice), true);
    }),
  );
});
