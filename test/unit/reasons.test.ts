import assert from "node:assert/strict";
import test from "node:test";
import type { Reason, ReasonKind } from "../../src/model.ts";
import { summarise } from "../../src/report/reasons.ts";

const reason = (kind: ReasonKind, text: string = kind): Reason => ({ kind, text });
const changed = (count: number): Reason[] =>
  Array.from({ length: count }, (_, at) => reason("input-changed", `csrc/${at}.cu changed`));

test("no reason gives no line", () => {
  assert.deepEqual(summarise([]), []);
});

test("up to five reasons are shown as they are, in their own order within a kind", () => {
  assert.deepEqual(summarise(changed(3)), ["csrc/0.cu changed", "csrc/1.cu changed", "csrc/2.cu changed"]);
  assert.equal(summarise(changed(5)).length, 5);
});

test("five are shown and the rest is counted by kind", () => {
  const reasons = [...changed(13), reason("input-added"), reason("input-added"), reason("input-added")];
  assert.deepEqual(summarise([...reasons.toReversed(), reason("tool-changed", "nvcc 12.4 -> 12.6")]), [
    "nvcc 12.4 -> 12.6",
    "csrc/12.cu changed",
    "csrc/11.cu changed",
    "csrc/10.cu changed",
    "csrc/9.cu changed",
    "and 12 more: 9 input-changed, 3 input-added",
  ]);
});

test("the most telling kind comes first", () => {
  const kinds: ReasonKind[] = [
    "commit-foreign",
    "environment-elsewhere",
    "operation-in-progress",
    "submodule-lag",
    "tool-missing",
    "path-symlinked",
    "no-baseline",
    "baseline-unreadable",
    "baseline-unproven",
    "tree-moved-during-build",
    "output-missing",
    "output-changed",
    "output-shadowed",
    "output-tracked",
    "tool-changed",
    "package-changed",
    "env-changed",
    "recipe-changed",
    "input-changed",
    "input-added",
    "input-removed",
  ];
  assert.deepEqual(
    summarise(
      kinds.toReversed().map((kind) => reason(kind)),
      kinds.length,
    ),
    kinds,
  );
});

test("a caller can ask for one line only", () => {
  assert.deepEqual(summarise([...changed(2), reason("output-missing", "pkg/a.so is missing")], 1), [
    "pkg/a.so is missing",
    "and 2 more: 2 input-changed",
  ]);
});

test("a file name cannot write to the terminal or break the line", () => {
  assert.deepEqual(summarise([reason("input-changed", "csrc/a\n\u001B[31m\uDCFF.cu changed")]), [
    "csrc/a\\x0a\\x1b[31m\\xff.cu changed",
  ]);
});
