import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { compareToolchains } from "../../src/fingerprint/compare-toolchain.ts";
import { toolchainFiles, toolchainMeaning } from "../../src/fingerprint/toolchain-meaning.ts";
import type { Package, Tool, ToolFile, Toolchain } from "../../src/model.ts";

const NONE: Toolchain = { tools: [], packages: [], variables: {} };

function file(path: string, sha256: string): ToolFile {
  return { path, sha256, size: 1, mtimeNs: "1", ctimeNs: "1", ino: "1" };
}

function gxx(version: string, identity: string, path = "/usr/bin/g++"): Tool {
  return { role: "cxx", path, files: [file(path, identity)], version, identity };
}

function torch(version: string | null, identity: string): Package {
  return { name: "torch", version, identity, files: [] };
}

function texts(before: Partial<Toolchain>, now: Partial<Toolchain>): string[] {
  return compareToolchains({ ...NONE, ...before }, { ...NONE, ...now }).map(
    (reason) => `${reason.kind}: ${reason.text}`,
  );
}

test("each difference is one sentence", () => {
  const absent: Tool = { role: "cxx", path: null, files: [], version: "", identity: "" };
  const nvcc = (ptxas: string): Tool => ({
    role: "nvcc",
    path: "/usr/local/bin/nvcc",
    files: [file("/usr/local/bin/nvcc", "same"), file("/cuda/bin/ptxas", ptxas)],
    version: "13.0.88",
    identity: ptxas,
  });
  const cases: readonly (readonly [Partial<Toolchain>, Partial<Toolchain>, readonly string[]])[] = [
    [{ tools: [gxx("12.2.0", "a")] }, { tools: [gxx("12.2.0", "a")] }, []],
    [{ tools: [gxx("12.2.0", "a")] }, { tools: [gxx("12.2.0", "a", "/opt/bin/g++")] }, []],
    [
      { tools: [gxx("12.2.0", "a")] },
      { tools: [gxx("11.3.0", "b")] },
      ["tool-changed: g++ 12.2.0 -> 11.3.0"],
    ],
    [
      { tools: [gxx("12.2.0", "a")] },
      { tools: [gxx("14.0.6", "b", "/usr/bin/clang++")] },
      ["tool-changed: g++ 12.2.0 -> clang++ 14.0.6"],
    ],
    [
      { tools: [gxx("12.2.0", "a")] },
      { tools: [gxx("12.2.0", "b")] },
      ["tool-changed: g++ 12.2.0: same version, other content"],
    ],
    [
      { tools: [nvcc("a")] },
      { tools: [nvcc("b")] },
      ["tool-changed: nvcc 13.0.88: same version, other content (ptxas)"],
    ],
    [
      { tools: [gxx("12.2.0", "a")] },
      { tools: [absent] },
      [], // not to be found is no change; a rebuild for another reason is blocked by it
    ],
    [{ tools: [absent] }, { tools: [gxx("12.2.0", "a")] }, ["tool-changed: g++: none -> 12.2.0"]],
    [{ tools: [] }, { tools: [gxx("12.2.0", "a")] }, ["tool-changed: g++: none -> 12.2.0"]],
    [{ tools: [absent] }, { tools: [absent] }, []],
    [
      { packages: [torch("2.13.0", "a")] },
      { packages: [torch("2.14.0", "b")] },
      ["package-changed: torch 2.13.0 -> 2.14.0"],
    ],
    [
      { packages: [torch("2.13.0", "a")] },
      { packages: [torch("2.13.0", "b")] },
      ["package-changed: torch 2.13.0: same version, other content"],
    ],
    [
      { packages: [torch("2.13.0", "a")] },
      { packages: [torch(null, "")] },
      ["package-changed: torch 2.13.0 -> none"],
    ],
    [{ variables: {} }, { variables: { CC: "clang" } }, ["env-changed: CC: unset -> clang"]],
    [{ variables: { CC: "clang" } }, { variables: {} }, ["env-changed: CC: clang -> unset"]],
  ];
  for (const [before, now, expected] of cases) assert.deepEqual(texts(before, now), expected);
});

test("a changed tool names the file that changed, a variable its values", () => {
  const before = { ...NONE, tools: [gxx("12.2.0", "a")], variables: { CC: "gcc" } };
  const now = { ...NONE, tools: [gxx("11.3.0", "b")], variables: { CC: "clang" } };
  assert.deepEqual(compareToolchains(before, now), [
    {
      kind: "tool-changed",
      path: "/usr/bin/g++",
      from: "12.2.0",
      to: "11.3.0",
      text: "g++ 12.2.0 -> 11.3.0",
    },
    { kind: "env-changed", path: "CC", from: "gcc", to: "clang", text: "CC: gcc -> clang" },
  ]);
});

const anyTool = fc.record({
  role: fc.constantFrom("cc" as const, "cxx" as const, "nvcc" as const),
  path: fc.constantFrom("/usr/bin/x", "/opt/x"),
  version: fc.constantFrom("1", "2"),
  identity: fc.constantFrom("a", "b"),
});
const anyToolchain = fc
  .record({
    tools: fc.uniqueArray(anyTool, { selector: (tool) => tool.role }),
    packages: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom("torch", "ninja"),
        version: fc.constantFrom("1", "2"),
        identity: fc.constantFrom("a", "b"),
      }),
      { selector: (entry) => entry.name },
    ),
    variables: fc.dictionary(fc.constantFrom("CC", "CXX"), fc.constantFrom("x", "y")),
  })
  .map(({ tools, packages, variables }): Toolchain => ({
    tools: tools.map((tool) => ({ ...tool, files: [file(tool.path, tool.identity)] })),
    packages: packages.map((entry) => ({ ...entry, files: [] })),
    variables,
  }));

test("law: no reason exactly when the meaning is equal, where the same things are looked at", () => {
  fc.assert(
    fc.property(anyToolchain, anyToolchain, (before, other) => {
      assert.deepEqual(compareToolchains(before, before), []);
      const now = {
        ...other,
        tools: other.tools.filter(({ role }) => before.tools.some((tool) => tool.role === role)),
        packages: other.packages.filter(({ name }) => before.packages.some((entry) => entry.name === name)),
      };
      if (now.tools.length < before.tools.length || now.packages.length < before.packages.length) return;
      const isEqual = toolchainMeaning(before) === toolchainMeaning(now);
      assert.equal(compareToolchains(before, now).length === 0, isEqual);
    }),
  );
});

test("law: order, places and times are no part of the meaning", () => {
  fc.assert(
    fc.property(anyToolchain, (toolchain) => {
      const moved: Toolchain = {
        tools: toolchain.tools
          .map((tool) => ({ ...tool, path: "/else/where", version: "?", files: [] }))
          .reverse(),
        packages: [...toolchain.packages].reverse(),
        variables: Object.fromEntries(Object.entries(toolchain.variables).reverse()),
      };
      assert.equal(toolchainMeaning(moved), toolchainMeaning(toolchain));
    }),
  );
});

test("the fast answer watches the tools, and site-packages while a package is not installed", () => {
  const interpreter = {
    path: "/venv/bin/python",
    version: "3.11.7",
    soabi: "",
    extSuffix: "",
    prefix: "/venv",
    basePrefix: "/usr",
    sitePackages: ["/venv/lib/site-packages"],
    includeDir: "/usr/include",
    identityFiles: ["/usr/bin/python3.11"],
  };
  const installed = { ...NONE, tools: [gxx("12", "a")], packages: [torch("2.13.0", "a")] };
  assert.deepEqual(toolchainFiles(installed, interpreter), [
    "/usr/bin/g++",
    "/usr/bin/python3.11",
    "/venv/bin/python",
  ]);
  const absent = { ...installed, packages: [torch(null, "")] };
  assert.ok(toolchainFiles(absent, interpreter).includes("/venv/lib/site-packages"));
});
