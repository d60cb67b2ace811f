import assert from "node:assert/strict";
import test from "node:test";
import { pyprojectId } from "../../src/fingerprint/pyproject.ts";

const TABLES = ["build-system", "tool.scikit-build"];
const TEXT = `[build-system]
requires = ["scikit-build-core==0.11", "torch"]
build-backend = "scikit_build_core.build"

[project]
name = "demo"
version = "1"

[tool.scikit-build]
cmake.args = ["-DA=1"]
minimum-version = "0.11"

[tool.ruff]
line-length = 100
`;

/** A change of the text, and whether it can change a build. */
const CHANGES: readonly (readonly [string, string, string, boolean])[] = [
  ["the version of the project", `version = "1"`, `version = "2"`, false],
  ["another tool's table", "line-length = 100", "line-length = 110", false],
  ["a comment", "[build-system]", "# why\n[build-system] # here", false],
  [
    "the order of keys",
    `cmake.args = ["-DA=1"]\nminimum-version = "0.11"`,
    `minimum-version = "0.11"\ncmake.args = ["-DA=1"]`,
    false,
  ],
  ["the same key in another spelling", `cmake.args = ["-DA=1"]`, `"cmake"."args" = ['-DA=1']`, false],
  ["a pin", "==0.11", "==0.12", true],
  ["an argument for CMake", "-DA=1", "-DA=2", true],
  ["the order of arguments", `["-DA=1"]`, `["-DB=1", "-DA=1"]`, true],
  [
    "a new key of the backend",
    `minimum-version = "0.11"`,
    `minimum-version = "0.11"\nwheel.py-api = "cp310"`,
    true,
  ],
  ["the backend", "scikit_build_core.build", "mesonpy", true],
  ["a table that has gone", "[tool.scikit-build]", "[tool.other]", true],
];

for (const [what, from, to, matters] of CHANGES) {
  test(`${what} ${matters ? "matters" : "does not matter"}`, async () => {
    const changed = TEXT.replace(from, to);
    assert.notEqual(changed, TEXT);
    const [before, now] = await Promise.all([pyprojectId(TEXT, TABLES), pyprojectId(changed, TABLES)]);
    assert.equal(before !== now, matters);
  });
}

test("a table that comes is a change, and one that is empty is not one that is absent", async () => {
  const ids = await Promise.all(
    ["", "[tool.scikit-build]\n", "[tool.scikit-build]\na = 1\n"].map((text) => pyprojectId(text, TABLES)),
  );
  assert.equal(new Set(ids).size, 3);
});

test("numbers, dates and text that look alike are told apart", async () => {
  const values = [
    "1",
    `"1"`,
    "true",
    `"true"`,
    "2026-03-01",
    `"2026-03-01"`,
    "12345678901234567",
    "12345678901234568",
  ];
  const ids = await Promise.all(
    values.map((value) => pyprojectId(`[tool.scikit-build]\na = ${value}\n`, TABLES)),
  );
  assert.equal(new Set(ids).size, values.length);
});

test("text that is no TOML counts whole", async () => {
  const [one, two] = await Promise.all([pyprojectId("[a\n", TABLES), pyprojectId("[a\n\n", TABLES)]);
  assert.notEqual(one, two);
  assert.equal(one, await pyprojectId("[a\n", TABLES));
});
