import assert from "node:assert/strict";
import test from "node:test";
import { decide, isRestoreOnly, combine, type Observation } from "../../src/decide.ts";
import { compareFingerprints } from "../../src/fingerprint/compare.ts";
import { makeFingerprint } from "../../src/fingerprint/fingerprint.ts";
import { survivedDifferences } from "../../src/fingerprint/survive.ts";
import type { Baseline, Fingerprint, Reason, Survives } from "../../src/model.ts";
import { anExtension } from "../helpers/extension.ts";

interface Ground {
  readonly torch?: string | null;
  readonly python?: string | null;
  readonly cxx?: string;
  readonly numpy?: string;
  readonly source?: string;
  readonly flag?: string;
}

function printOf({
  torch = "2.12.0",
  python = "3.11.2",
  cxx = "12",
  numpy = "1",
  source = "1",
  flag,
}: Ground): Fingerprint {
  return makeFingerprint(
    anExtension(),
    { inputs: new Map([["csrc/a.cu", source]]) },
    {
      tools: [
        { role: "cxx", path: "/usr/bin/g++", files: [], version: cxx, identity: cxx },
        {
          role: "python",
          path: python === null ? null : "/v/bin/python",
          files: [],
          version: python ?? "",
          identity: python ?? "",
        },
      ],
      packages: [
        { name: "numpy", version: numpy, identity: numpy, files: [] },
        { name: "torch", version: torch, identity: torch ?? "", files: [] },
      ],
      variables: flag === undefined ? {} : { CC: flag },
    },
  );
}

function built(survives: Survives | undefined, outputs: readonly string[] = ["pkg/_C.abi3.so"]): Baseline {
  return {
    version: 1,
    extension: "core",
    interpreter: "/v/bin/python",
    buildId: "b",
    origin: "built",
    commit: null,
    at: "2026-03-01T12:00:00.000Z",
    note: "",
    fingerprint: printOf({}),
    outputs: outputs.map((path) => ({
      path,
      size: 1,
      mtimeNs: "1",
      ctimeNs: "1",
      ino: "1",
      mode: 0o644,
      sha256: "",
    })),
    trackedOutputs: [],
    buildDirFiles: [],
    ...(survives === undefined ? {} : { survives }),
  };
}

const BOTH: Survives = { torch: true, python: true };
const TORCH = "torch 2.12.0 -> 2.13.0; the outputs use no torch C++ name: they are verified, not rebuilt";
const PYTHON =
  "python 3.11.2 -> 3.12.1; the outputs use nothing of Python outside the limited API: they are verified, not rebuilt";

/** What the outputs survive, where they lie, what is there now, and the texts; null: a rebuild. */
const TABLE: readonly (readonly [
  string,
  Survives | undefined,
  readonly string[],
  Ground,
  readonly string[] | null,
])[] = [
  ["another torch", BOTH, ["pkg/_C.abi3.so"], { torch: "2.13.0" }, [TORCH]],
  ["another Python", BOTH, ["pkg/_C.abi3.so"], { python: "3.12.1" }, [PYTHON]],
  ["both", BOTH, ["pkg/_C.abi3.so", "pkg/glue.py"], { torch: "2.13.0", python: "3.12.1" }, [PYTHON, TORCH]],
  ["nothing", BOTH, ["pkg/_C.abi3.so"], {}, null],
  [
    "another torch, whose names are used",
    { torch: false, python: true },
    ["a.so"],
    { torch: "2.13.0" },
    null,
  ],
  [
    "another Python, whose names are used",
    { torch: true, python: false },
    ["a.so"],
    { python: "3.12.1" },
    null,
  ],
  ["a record of an older release", undefined, ["a.so"], { torch: "2.13.0" }, null],
  ["a torch that has gone", BOTH, ["a.so"], { torch: null }, null],
  ["torch and a source", BOTH, ["a.so"], { torch: "2.13.0", source: "2" }, null],
  ["torch and a compiler", BOTH, ["a.so"], { torch: "2.13.0", cxx: "13" }, null],
  ["torch and a variable", BOTH, ["a.so"], { torch: "2.13.0", flag: "clang" }, null],
  ["torch and numpy", BOTH, ["a.so"], { torch: "2.13.0", numpy: "2" }, null],
  [
    "a file name of the old Python",
    BOTH,
    ["pkg/k.cpython-311-x86_64-linux-gnu.so"],
    { python: "3.12.1" },
    null,
  ],
  ["a file name of PyPy", BOTH, ["pkg/k.pypy39-pp73-x86_64-linux-gnu.so"], { python: "3.12.1" }, null],
  [
    "a place of the old Python",
    BOTH,
    ["/v/lib/python3.11/site-packages/a.abi3.so"],
    { python: "3.12.1" },
    null,
  ],
  [
    "another patch release, and names of this Python",
    BOTH,
    ["pkg/k.cpython-311-x86_64-linux-gnu.so", "/v/lib/python3.11/site-packages/a.abi3.so"],
    { python: "3.11.9" },
    [PYTHON.replace("3.12.1", "3.11.9")],
  ],
  ["3.1 is not 3.11", BOTH, ["pkg/k.cpython-311-x86_64-linux-gnu.so"], { python: "3.1.1" }, null],
];

for (const [what, survives, outputs, ground, texts] of TABLE) {
  test(`${what}: ${texts === null ? "no restore by it" : "verified"}`, () => {
    const baseline = built(survives, outputs);
    const compare = (now: Fingerprint): Reason[] => compareFingerprints(baseline.fingerprint, now);
    const reasons = survivedDifferences(baseline, printOf(ground), compare);
    assert.deepEqual(reasons?.map(({ text }) => text) ?? null, texts);
  });
}

function decideOn(
  baseline: Baseline,
  changes: Partial<Observation>,
  force = false,
): ReturnType<typeof decide> {
  const now: Observation = {
    fingerprint: printOf({ torch: "2.13.0" }),
    outputReasons: [],
    obstacles: [],
    buildObstacles: [],
    operation: null,
    foreign: [],
    hasSlot: false,
    ...changes,
  };
  return decide("core", { kind: "known", baseline }, now, { strategy: "clean", force });
}

test("the decision is restore, marked as one without a slot", () => {
  const decision = decideOn(built(BOTH), {});
  assert.deepEqual([decision.decision, decision.survives, decision.level], ["restore", true, undefined]);
  assert.deepEqual(
    decision.reasons.map(({ text }) => text),
    [TORCH],
  );
  assert.equal(
    isRestoreOnly(combine([decision])),
    false,
    "an interpreter is started, and it may end in a build",
  );
});

test("a kept build of this very state goes before", () => {
  const decision = decideOn(built(BOTH), { hasSlot: true });
  assert.deepEqual([decision.decision, decision.survives], ["restore", undefined]);
  assert.equal(isRestoreOnly(combine([decision])), true);
  assert.deepEqual(
    decision.reasons.map(({ text }) => text),
    ["torch 2.12.0 -> 2.13.0"],
  );
});

test("what may not be run is not verified, and what is damaged, forced or unproven is rebuilt", () => {
  const foreign = [{ kind: "commit-foreign", text: "" } as const];
  const missing = [{ kind: "output-missing", text: "" } as const];
  const elsewhere = [{ kind: "environment-elsewhere", text: "" } as const];
  assert.equal(decideOn(built(BOTH), { foreign }).decision, "held");
  assert.equal(decideOn(built(BOTH), { obstacles: elsewhere }).decision, "blocked");
  assert.equal(decideOn(built(BOTH), { outputReasons: missing }).decision, "rebuild");
  assert.equal(decideOn(built(BOTH), {}, true).decision, "rebuild");
  assert.equal(decideOn({ ...built(BOTH), origin: "unproven" }, {}).decision, "rebuild");
});

test("to verify needs no compiler and no end of a merge", () => {
  const buildObstacles = [{ kind: "tool-missing", text: "" } as const];
  const operation = { kind: "operation-in-progress", text: "" } as const;
  assert.equal(decideOn(built(BOTH), { buildObstacles, operation }).decision, "restore");
});
