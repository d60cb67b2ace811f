import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { combine, decide, type KnownBaseline, type Observation, type Policy } from "../../src/decide.ts";
import { makeFingerprint } from "../../src/fingerprint/fingerprint.ts";
import type { Baseline, ExtensionDecision, Reason, ReasonKind, Verdict } from "../../src/model.ts";
import { aBaseline, anExtension } from "../helpers/extension.ts";

const PLAIN: Policy = { strategy: "clean", force: false };
const NO_TOOLS = { tools: [], packages: [], variables: {} };

function printOf(files: Readonly<Record<string, string>>, recipe = [["make"]]): Baseline["fingerprint"] {
  return makeFingerprint(anExtension({ recipe }), { inputs: new Map(Object.entries(files)) }, NO_TOOLS);
}

const BUILT = printOf({ "csrc/a.cu": "1" });

function reason(kind: ReasonKind, text = kind): Reason {
  return { kind, text };
}

function observation(changes: Partial<Observation> = {}): Observation {
  return {
    fingerprint: BUILT,
    outputReasons: [],
    obstacles: [],
    buildObstacles: [],
    operation: null,
    foreign: [],
    hasSlot: false,
    ...changes,
  };
}

function known(changes: Partial<Baseline> = {}): KnownBaseline {
  return { kind: "known", baseline: aBaseline({ fingerprint: BUILT, ...changes }) };
}

const OTHER = printOf({ "csrc/a.cu": "2" });
const NONE: KnownBaseline = { kind: "none" };
const UNREADABLE: KnownBaseline = { kind: "unreadable", why: "cut short" };
const MISSING = [reason("output-missing")];
const SHADOWED = [reason("output-shadowed")];
const FOREIGN = [reason("commit-foreign")];
const LAG = [reason("submodule-lag")];
const NO_TOOL = [reason("tool-missing")];
const MERGE = reason("operation-in-progress");

/** What is known, what is there, and what follows: the verdict and the kinds of its reasons, in order. */
const TABLE: readonly (readonly [string, KnownBaseline, Partial<Observation>, Verdict, ReasonKind[]])[] = [
  ["nothing moved", known(), {}, "fresh", []],
  ["nothing moved in a foreign commit", known(), { foreign: FOREIGN }, "fresh", []],
  ["nothing moved in a stopped merge", known(), { operation: MERGE }, "fresh", []],
  ["nothing moved and a tool has gone", known(), { buildObstacles: NO_TOOL }, "fresh", []],
  ["nothing moved and a submodule lags", known(), { obstacles: LAG }, "blocked", ["submodule-lag"]],
  ["a source changed", known(), { fingerprint: OTHER }, "rebuild", ["input-changed"]],
  ["an output is missing", known(), { outputReasons: MISSING }, "rebuild", ["output-missing"]],
  ["one that is kept", known(), { outputReasons: MISSING, hasSlot: true }, "restore", ["output-missing"]],
  [
    "a state that was built before",
    known(),
    { fingerprint: OTHER, hasSlot: true },
    "restore",
    ["input-changed"],
  ],
  [
    "a slot does not cure a shadow",
    known(),
    { outputReasons: SHADOWED, hasSlot: true },
    "rebuild",
    ["output-shadowed"],
  ],
  ["no record", NONE, {}, "rebuild", ["no-baseline"]],
  ["a record that cannot be read", UNREADABLE, { hasSlot: true }, "rebuild", ["baseline-unreadable"]],
  ["an unproven build", known({ origin: "unproven", note: "?" }), {}, "rebuild", ["baseline-unproven"]],
  ["a build on the person's word", known({ origin: "assumed" }), {}, "fresh", []],
  [
    "a stranger's source",
    known(),
    { fingerprint: OTHER, foreign: FOREIGN },
    "held",
    ["commit-foreign", "input-changed"],
  ],
  [
    "held wins over blocked",
    known(),
    { fingerprint: OTHER, foreign: FOREIGN, obstacles: LAG, buildObstacles: NO_TOOL },
    "held",
    ["commit-foreign", "input-changed"],
  ],
  [
    "held wins over a kept build",
    known(),
    { fingerprint: OTHER, foreign: FOREIGN, hasSlot: true },
    "held",
    ["commit-foreign", "input-changed"],
  ],
  [
    "a source changed in a stopped merge",
    known(),
    { fingerprint: OTHER, operation: MERGE },
    "blocked",
    ["operation-in-progress", "input-changed"],
  ],
  [
    "a restore needs no tool and no end of the merge",
    known(),
    { fingerprint: OTHER, operation: MERGE, buildObstacles: NO_TOOL, hasSlot: true },
    "restore",
    ["input-changed"],
  ],
  [
    "a build needs its tool",
    known(),
    { fingerprint: OTHER, buildObstacles: NO_TOOL },
    "blocked",
    ["tool-missing", "input-changed"],
  ],
];

for (const [what, baseline, changes, verdict, kinds] of TABLE) {
  test(`${what}: ${verdict}`, () => {
    const decision = decide("core", baseline, observation(changes), PLAIN);
    assert.equal(decision.decision, verdict);
    assert.deepEqual(
      decision.reasons.map(({ kind }) => kind),
      kinds,
    );
    assert.equal(decision.level, verdict === "rebuild" ? "clean" : undefined);
  });
}

test("--force rebuilds what is fresh or could be restored, but never what is held", () => {
  const force: Policy = { strategy: "clean", force: true };
  const of = (changes: Partial<Observation>): Verdict =>
    decide("core", known(), observation(changes), force).decision;
  assert.equal(of({}), "rebuild");
  assert.equal(of({ outputReasons: MISSING, hasSlot: true }), "rebuild");
  assert.equal(of({ foreign: FOREIGN }), "held");
  assert.equal(of({ obstacles: LAG }), "blocked");
});

test("with a ladder each cause starts at the lowest rung that can be right", () => {
  const ladder: Policy = { strategy: "ladder", force: false };
  const level = (files: Record<string, string>, changes: Partial<Observation> = {}): string | undefined =>
    decide("core", known(), observation({ fingerprint: printOf(files), ...changes }), ladder).level;
  assert.equal(level({ "csrc/a.cu": "2" }), "incremental");
  assert.equal(level({ "csrc/a.cu": "1", "csrc/b.cu": "1" }), "reconfigure");
  assert.equal(level({}), "reconfigure");
  assert.equal(
    level({ "csrc/a.cu": "2" }, { fingerprint: printOf({ "csrc/a.cu": "2" }, [["other"]]) }),
    "clean",
  );
  const setup = known({ fingerprint: printOf({ "setup.py": "1" }) });
  const now = observation({ fingerprint: printOf({ "setup.py": "2" }) });
  assert.equal(decide("core", setup, now, ladder).level, "reconfigure");
  assert.equal(decide("core", NONE, observation(), ladder).level, "clean");
  assert.equal(decide("core", known({ origin: "unproven" }), observation(), ladder).level, "clean");
  assert.equal(decide("core", known(), observation({ outputReasons: MISSING }), ladder).level, "clean");
});

const verdict = fc.constantFrom<Verdict>("fresh", "restore", "rebuild", "held", "blocked");

test("several extensions: the worst of held, blocked, rebuild, restore, fresh, in any order", () => {
  const rank: readonly Verdict[] = ["fresh", "restore", "rebuild", "blocked", "held"];
  fc.assert(
    fc.property(fc.array(verdict, { minLength: 1, maxLength: 5 }), (verdicts) => {
      const all = verdicts.map((decision, at): ExtensionDecision => {
        const level = decision === "rebuild" ? { level: "clean" as const } : {};
        return { name: `e${at}`, decision, ...level, reasons: [], fingerprint: "" };
      });
      const worst = rank[Math.max(...verdicts.map((one) => rank.indexOf(one)))];
      for (const extensions of [all, all.toReversed()]) {
        const combined = combine(extensions, 1000);
        assert.equal(combined.decision, worst);
        assert.equal(combined.estimateMs, worst === "rebuild" ? 1000 : undefined);
        assert.equal(combined.level, worst === "rebuild" ? "clean" : undefined);
      }
    }),
  );
});

test("nothing at all to build is fresh", () => {
  assert.deepEqual(combine([]), { decision: "fresh", extensions: [] });
});
