import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { compareVersions, parseVersion, satisfies } from "../../src/doctor/python-version.ts";
import { evaluateMarker, markerValues, parseRequirement } from "../../src/doctor/requirement.ts";

/** The order that PEP 440 gives as its example, and some more. */
const ORDERED = ["0.9", "1.dev0", "1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12", "1.0b1.dev456", "1.0b2"]
  .concat([
    "1.0b2.post345.dev456",
    "1.0b2.post345",
    "1.0rc1",
    "1.0",
    "1.0.post456.dev34",
    "1.0.post456",
    "1.0.15",
  ])
  .concat(["1.1.dev1", "1.10", "2.13.0", "1!0.1"]);

test("versions order as PEP 440 says", () => {
  const parsed = ORDERED.map((text) => [text, parseVersion(text)] as const);
  parsed.forEach(([left, a], at) => {
    for (const [right, b] of parsed.slice(at + 1)) {
      assert.ok(a !== null && b !== null && compareVersions(a, b) < 0, `${left} < ${right}`);
      assert.ok(compareVersions(b, a) > 0, `${right} > ${left}`);
    }
  });
});

test("spellings of one version are equal", () => {
  const same = [
    ["1.0", "v1.0.0"],
    ["1.0-1", "1.0.post1"],
    ["1.0.ALPHA.1", "1.0a1"],
    ["1.0c2", "1.0rc2"],
    ["2.1+cu128", "2.1"],
  ];
  for (const [left = "", right = ""] of same) {
    const [a, b] = [parseVersion(left), parseVersion(right)];
    assert.ok(a !== null && b !== null && compareVersions(a, b) === 0, `${left} = ${right}`);
  }
  for (const text of ["", "latest", "1.0-abc-", "main"]) assert.equal(parseVersion(text), null, text);
});

const MET: readonly (readonly [string, string, boolean | null])[] = [
  ["2.13.0", "", true],
  ["2.13.0", "==2.13.0", true],
  ["2.13.0+cu128", "==2.13.0", true],
  ["2.13.0+cpu", "==2.13.0+cu128", false],
  ["2.13.1", "==2.13.0", false],
  ["2.13.1", "==2.13.*", true],
  ["2.1", "==2.13.*", false],
  ["2.13", "!=2.13.0", false],
  ["2.14", "!=2.13.*", true],
  ["77.0.3", ">=77.0.3,<81.0.0", true],
  ["81.0", ">=77.0.3,<81.0.0", false],
  ["2.0rc1", "<2.0", false],
  ["2.0rc1", "<2.0rc2", true],
  ["1.7.post1", ">1.7", false],
  ["1.7.1", ">1.7", true],
  ["2.2.9", "~=2.2", true],
  ["3.0", "~=2.2", false],
  ["2.2.9", "~=2.2.3", true],
  ["2.3.0", "~=2.2.3", false],
  ["2.2.2", "~=2.2.3", false],
  ["1.0", "~=1", null],
  ["1.0", "===1.0", null],
  ["1.0", ">=1.*", null],
  ["unknown", ">=1", null],
];

for (const [version, specifiers, expected] of MET) {
  test(`${version} ${specifiers || "(anything)"}: ${String(expected)}`, () => {
    assert.equal(satisfies(version, specifiers), expected);
  });
}

test("law: a version is what it is, and one of >=, < holds against any other", () => {
  const version = fc
    .array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join("."));
  fc.assert(
    fc.property(version, version, (a, b) => {
      assert.equal(satisfies(a, `==${a}`), true);
      assert.notEqual(satisfies(a, `>=${b}`), satisfies(a, `<${b}`));
    }),
  );
});

test("requirements are read as PEP 508 writes them", () => {
  assert.deepEqual(parseRequirement("setuptools_SCM[toml] >= 8, <10 ; python_version > '3.9'"), {
    name: "setuptools-scm",
    specifiers: ">=8,<10",
    marker: "python_version > '3.9'",
  });
  assert.deepEqual(parseRequirement("torch (==2.13.0)"), {
    name: "torch",
    specifiers: "==2.13.0",
    marker: "",
  });
  assert.deepEqual(parseRequirement("x @ https://e.invalid/x.whl"), {
    name: "x",
    specifiers: "",
    marker: "",
  });
  assert.equal(parseRequirement("-r requirements.txt"), null);
});

test("markers", () => {
  const linux = markerValues("3.11.2", "linux", "x64");
  const cases: readonly (readonly [string, boolean | null])[] = [
    ["", true],
    ["python_version < '3.9'", false],
    ["python_version >= '3.9'", true], // 3.11 is above 3.9, as numbers
    ['platform_machine == "x86_64" and sys_platform == "linux"', true],
    ["sys_platform == 'darwin' or platform_system == 'Linux'", true],
    ["sys_platform != 'linux'", false],
    ["extra == 'dev'", null],
    ["'linux' in sys_platform", null],
    ["(sys_platform == 'linux')", null],
  ];
  for (const [marker, expected] of cases) assert.equal(evaluateMarker(marker, linux), expected, marker);
  assert.equal(
    evaluateMarker("platform_machine == 'arm64'", markerValues("3.13.0", "darwin", "arm64")),
    true,
  );
});
