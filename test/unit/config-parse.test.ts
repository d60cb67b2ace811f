import assert from "node:assert/strict";
import test from "node:test";
import { lineOf } from "../../src/config/locate.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { suggest } from "../../src/config/suggest.ts";

function problems(document: unknown): string[] {
  return parseConfig(document).problems.map(({ code, text }) => `${code} ${text}`);
}

const EXTENSION = { name: "core", inputs: ["csrc/**"] };

test("what was written comes back, and nothing else", () => {
  const { config, problems: none } = parseConfig({
    mode: "notify",
    extension: [{ ...EXTENSION, "build-dirs": ["./build/"] }],
  });
  assert.deepEqual(none, []);
  assert.deepEqual(config, {
    mode: "notify",
    extensions: [{ name: "core", inputs: ["csrc/**"], "build-dirs": ["build"] }],
  });
});

const BAD: readonly (readonly [document: unknown, expected: string])[] = [
  [{ heal_mtime: true }, `E111 unknown key "heal_mtime"; did you mean "heal-mtimes"?`],
  [{ "heal-mtimes": "yes" }, "E112 heal-mtimes: must be true or false, not a string"],
  [{ "time-limit": "1h" }, "E112 time-limit: must be a number of minutes, not a string"],
  [{ "time-limit": 0 }, "E112 time-limit: must be more than 0 and at most 10080 minutes, not 0"],
  [{ modes: "auto" }, `E111 unknown key "modes"; did you mean "mode"?`],
  [
    { env: [] },
    `E111 unknown key "env"; known are preset, mode, strategy, heal-mtimes, time-limit, interpreter, extension`,
  ],
  [{ extension: [{ ...EXTENSION, input: ["a"] }] }, `E111 unknown key "input"; did you mean "inputs"?`],
  [
    { extension: [{ ...EXTENSION, build_dirs: ["a"] }] },
    `E111 unknown key "build_dirs"; did you mean "build-dirs"?`,
  ],
  [{ extension: [{ ...EXTENSION, env: ["A"] }] }, `E111 unknown key "env"; did you mean "environment"?`],
  [
    { ["__proto__x"]: 1 },
    `E111 unknown key "__proto__x"; known are preset, mode, strategy, heal-mtimes, time-limit, interpreter, extension`,
  ],
  [{ mode: "quick" }, `E112 mode: must be "auto", "foreground", "background", "notify", not "quick"`],
  [{ interpreter: 3 }, "E112 interpreter: must be a string, not a number"],
  [{ interpreter: " " }, "E112 interpreter: must not be empty"],
  [
    { interpreter: "../venv/bin/python" },
    `E113 interpreter: "../venv/bin/python" holds ".."; write it as an absolute path`,
  ],
  [{ extension: { name: "core" } }, "E112 extension: is a table; write [[extension]] with two brackets"],
  [{ extension: [{ inputs: ["a"] }] }, "E112 name: is missing; each [[extension]] needs one"],
  [{ extension: [EXTENSION, EXTENSION] }, `E112 name: "core" stands twice`],
  [{ extension: [{ ...EXTENSION, inputs: [] }] }, "E112 inputs: must not be an empty list"],
  [{ extension: [{ ...EXTENSION, inputs: "csrc/**" }] }, "E112 inputs: must be a list, not a string"],
  [
    { extension: [{ ...EXTENSION, inputs: ["a", "/etc/passwd"] }] },
    `E113 inputs: entry 2 "/etc/passwd" is an absolute path; write it relative to the repository`,
  ],
  [
    { extension: [{ ...EXTENSION, outputs: ["!../x"] }] },
    `E113 outputs: entry 1 "!../x" holds ".."; paths stay inside the repository`,
  ],
  [
    { extension: [{ ...EXTENSION, "build-dirs": ["."] }] },
    `E113 build-dirs: entry 1 "." is the whole repository`,
  ],
  [
    { extension: [{ ...EXTENSION, "build-dirs": [".git/x"] }] },
    `E113 build-dirs: entry 1 ".git/x" lies in the git dir`,
  ],
  [
    { extension: [{ ...EXTENSION, recipe: ["make", "all"] }] },
    `E112 recipe: must be a list of commands, each a list of words: [["python", "setup.py", "build_ext"]]`,
  ],
  [
    { extension: [{ ...EXTENSION, recipe: [["a\0b"]] }] },
    "E112 recipe: entry 1 entry 1 must not hold a NUL character",
  ],
  [
    { extension: [{ ...EXTENSION, environment: ["PATH"] }] },
    `E112 environment: entry 1 "PATH" is not the name of a variable that can change the output`,
  ],
  [
    { extension: [{ ...EXTENSION, require: ["pkg._C:"] }] },
    `E112 require: entry 1 "pkg._C:" is not "module", "module:name" or "torch.ops.space.op"`,
  ],
  ["text", "E112 must be a table, not a string"],
];

for (const [document, expected] of BAD) {
  test(`refused: ${expected}`, () => assert.deepEqual(problems(document), [expected]));
}

test("every problem is found, each at its place", () => {
  const parsed = parseConfig({
    mod: "auto",
    extension: [EXTENSION, { name: "b", inputs: ["/x"], recipes: [] }],
  });
  assert.deepEqual(
    parsed.problems.map(({ place }) => place),
    [
      { extension: null, key: "mod" },
      { extension: 1, key: "inputs" },
      { extension: 1, key: "recipes" },
    ],
  );
});

test("line of a key: in its own table, in the n-th extension, under a pyproject prefix", () => {
  const own = `# mode = 1\npreset = "x"\n[[extension]]\nname = "a"\ninputs = []\n\n[[extension]]\nname = "b"\n"inputs" = []\n`;
  assert.equal(lineOf(own, "", { extension: null, key: "preset" }), 2);
  assert.equal(lineOf(own, "", { extension: 0, key: "inputs" }), 5);
  assert.equal(lineOf(own, "", { extension: 1, key: "inputs" }), 9);
  assert.equal(lineOf(own, "", { extension: 1, key: "recipe" }), 7, "falls back to the extension's own line");
  assert.equal(lineOf(own, "", { extension: null, key: "mode" }), null);
  const pyproject = `[tool.other]\nmode = "x"\n[tool."rebuild-if-needed"]\nmode = "y"\n[[tool.rebuild-if-needed.extension]]\nname = "a"\n`;
  assert.equal(lineOf(pyproject, "tool.rebuild-if-needed", { extension: null, key: "mode" }), 4);
  assert.equal(lineOf(pyproject, "tool.rebuild-if-needed", { extension: 0, key: "name" }), 6);
});

test("a suggestion is near or there is none", () => {
  assert.equal(suggest("recipie", ["recipe", "require"]), "recipe");
  assert.equal(suggest("Outputs", ["inputs", "outputs"]), "outputs");
  assert.equal(suggest("colour", ["mode", "preset"]), null);
});
