import assert from "node:assert/strict";
import test from "node:test";
import type { Closure } from "../../src/closure/facts.ts";
import { decide, type Observation } from "../../src/decide.ts";
import { chooseInputs } from "../../src/fingerprint/choose-inputs.ts";
import { compareChoices } from "../../src/fingerprint/compare.ts";
import { makeFingerprint } from "../../src/fingerprint/fingerprint.ts";
import { unreadFiles } from "../../src/fingerprint/inputs-now.ts";
import type { Baseline } from "../../src/model.ts";
import { aBaseline, anExtension } from "../helpers/extension.ts";

const NO_TOOLS = { tools: [], packages: [], variables: {} };

/** setup.py names a.cpp, which includes a.h; both headers of it and a test are candidates. */
const CLOSURE: Closure = {
  files: new Map([
    ["setup.py", null],
    ["src/a.cpp", "setup.py"],
    ["src/a.h", "src/a.cpp"],
    ["src/table.def", "src/a.cpp"],
  ]),
  open: null,
};

const CANDIDATES = new Map([
  ["setup.py", "1"],
  ["src/a.cpp", "1"],
  ["src/a.h", "1"],
  ["src/gen.h.in", "1"],
  ["tests/t.cpp", "1"],
  ["third/sub", "commit:1"],
]);

const ALL = new Map([...CANDIDATES, ["src/table.def", "1"], ["README.md", "1"]]);

test("rules alone: every candidate is an input", () => {
  const chosen = chooseInputs(CANDIDATES, ALL, null);
  assert.deepEqual([...chosen.inputs.keys()], [...CANDIDATES.keys()]);
  assert.equal(chosen.bystanders.size, 0);
});

test("a closure leaves out what nothing names, adds what no rule names, and never judges a template", () => {
  const chosen = chooseInputs(CANDIDATES, ALL, CLOSURE);
  assert.deepEqual(
    [...chosen.inputs.keys()],
    ["setup.py", "src/a.cpp", "src/a.h", "src/gen.h.in", "src/table.def"],
  );
  assert.deepEqual([...chosen.bystanders.keys()], ["tests/t.cpp", "third/sub"]);
});

test("an open closure leaves nothing out", () => {
  const chosen = chooseInputs(CANDIDATES, ALL, { ...CLOSURE, open: "os.walk in setup.py" });
  assert.equal(chosen.bystanders.size, 0);
  assert.ok(chosen.inputs.has("tests/t.cpp") && chosen.inputs.has("src/table.def"));
});

test("a file that is as it was and is only read now, or no more, is no reason; one that changed is", () => {
  const before = { inputs: new Map([["a.cpp", "1"]]), bystanders: new Map([["x.h", "1"]]) };
  const kinds = (
    inputs: Readonly<Record<string, string>>,
    bystanders: Readonly<Record<string, string>>,
  ): string[] =>
    compareChoices(before, {
      inputs: new Map(Object.entries(inputs)),
      bystanders: new Map(Object.entries(bystanders)),
    }).map(({ kind, path }) => `${kind} ${path}`);
  assert.deepEqual(kinds({ "a.cpp": "2", "x.h": "1" }, {}), ["input-changed a.cpp"]);
  assert.deepEqual(kinds({ "a.cpp": "2", "x.h": "2" }, {}), ["input-changed a.cpp", "input-added x.h"]);
  assert.deepEqual(kinds({ "b.cpp": "1" }, { "a.cpp": "1" }), ["input-added b.cpp"]);
  assert.deepEqual(kinds({}, {}), ["input-removed a.cpp"]);
  assert.deepEqual(kinds({ "a.cpp": "1" }, { "x.h": "9", "y.h": "1" }), []);
});

function baselineOf(changes: Partial<Baseline>): Baseline {
  const choice = chooseInputs(CANDIDATES, ALL, CLOSURE);
  return aBaseline({ fingerprint: makeFingerprint(anExtension(), choice, NO_TOOLS), ...changes });
}

function decideWith(
  baseline: Baseline,
  ids: Readonly<Record<string, string>>,
  also: Record<string, string>,
): string[] {
  const candidates = new Map([...CANDIDATES, ...Object.entries(ids)]);
  const now: Observation = {
    fingerprint: makeFingerprint(anExtension(), chooseInputs(candidates, ALL, CLOSURE), NO_TOOLS),
    outputReasons: [],
    unread: unreadFiles(baseline, { closure: CLOSURE }),
    alsoRead: new Map(Object.entries(also)),
    closure: CLOSURE,
    obstacles: [],
    buildObstacles: [],
    operation: null,
    foreign: [],
    hasSlot: false,
  };
  const decided = decide("core", { kind: "known", baseline }, now, { strategy: "clean", force: false });
  return [decided.decision, ...decided.reasons.map(({ by, text }) => `${by}: ${text}`)];
}

test("what a build was seen to read takes out an included header that it did not read, and no named source", () => {
  const answer = { files: ["src/a.cpp", "src/odd.inc9"], by: ["depfiles"] as const };
  const baseline = baselineOf({ answer, alsoRead: { "src/odd.inc9": "1" } });
  const also = { "src/odd.inc9": "1" };
  assert.deepEqual(decideWith(baseline, { "src/a.h": "2" }, also), ["fresh"]);
  assert.deepEqual(decideWith(baseline, { "src/a.cpp": "2" }, also), ["rebuild", "build: src/a.cpp changed"]);
  assert.deepEqual(decideWith(baseline, {}, { "src/odd.inc9": "2" }), [
    "rebuild",
    "build: src/odd.inc9 changed (the last build read it)",
  ]);
  const named = baselineOf({ answer: { files: [], by: ["depfiles"] } });
  assert.deepEqual(decideWith(named, { "src/a.cpp": "2" }, {}), ["rebuild", "tree: src/a.cpp changed"]);
});

test("no compiler speaks of what Cython reads", () => {
  const closure: Closure = {
    files: new Map([...CLOSURE.files, ["src/f.pyx", "setup.py"], ["src/f.pxd", "src/f.pyx"]]),
    open: null,
  };
  const candidates = new Map([...CANDIDATES, ["src/f.pyx", "1"], ["src/f.pxd", "1"]]);
  const baseline = baselineOf({
    fingerprint: makeFingerprint(anExtension(), chooseInputs(candidates, candidates, closure), NO_TOOLS),
    answer: { files: ["src/a.cpp"], by: ["ninja-deps"] },
  });
  assert.deepEqual([...unreadFiles(baseline, { closure })], ["src/a.h", "tests/t.cpp"]);
});

test("without a build's answer the closure decides, and says which file includes", () => {
  assert.deepEqual(decideWith(baselineOf({}), { "src/a.h": "2" }, {}), [
    "rebuild",
    "tree: src/a.h changed (included by src/a.cpp)",
  ]);
  assert.deepEqual(decideWith(baselineOf({}), { "tests/t.cpp": "2" }, {}), ["fresh"]);
  assert.deepEqual(decideWith(baselineOf({}), { "src/gen.h.in": "2" }, {}), [
    "rebuild",
    "rule: src/gen.h.in changed",
  ]);
});
