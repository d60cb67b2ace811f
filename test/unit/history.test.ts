import assert from "node:assert/strict";
import test from "node:test";
import { moment } from "../../src/report/terminal.ts";
import { estimateMs, lastFailure, type HistoryEntry } from "../../src/store/history.ts";

function entry(changes: Partial<HistoryEntry> = {}): HistoryEntry {
  return {
    version: 1,
    buildId: "b",
    extension: "core",
    at: "2026-03-01T12:00:00.000Z",
    trigger: "typed",
    action: "rebuild",
    result: "good",
    elapsedMs: 1000,
    commit: null,
    fingerprint: "one",
    reasons: [],
    ...changes,
  };
}

const times = (...list: readonly number[]): HistoryEntry[] => list.map((elapsedMs) => entry({ elapsedMs }));

test("an estimate is the median of the last five good rebuilds", () => {
  assert.equal(estimateMs([], ["core"]), undefined);
  assert.equal(estimateMs(times(7), ["core"]), 7);
  assert.equal(estimateMs(times(1, 1, 1, 1, 10, 20, 30, 40, 50), ["core"]), 30);
});

test("what was restored, undone, cancelled or failed says nothing about a build's time", () => {
  const others = [
    entry({ action: "restore", elapsedMs: 1 }),
    entry({ action: "undo", elapsedMs: 1 }),
    entry({ result: "failed", elapsedMs: 1 }),
    entry({ result: "cancelled", elapsedMs: 1 }),
    entry({ extension: "other", elapsedMs: 1 }),
  ];
  assert.equal(estimateMs(others, ["core"]), undefined);
  assert.equal(estimateMs([...times(500), ...others], ["core"]), 500);
});

test("several extensions add up, and one without a build leaves all unknown", () => {
  const history = [...times(500), entry({ extension: "other", elapsedMs: 20 })];
  assert.equal(estimateMs(history, ["core", "other"]), 520);
  assert.equal(estimateMs(history, ["core", "new"]), undefined);
  assert.equal(estimateMs(history, []), undefined);
});

test("the last attempt at a fingerprint counts: failed, cancelled or undone is not tried again by an event", () => {
  for (const changes of [{ result: "failed" }, { result: "cancelled" }, { action: "undo" }] as const) {
    const last = entry(changes);
    assert.equal(lastFailure([entry(), last], "core", "one"), last);
    assert.equal(lastFailure([last], "core", "two"), null);
    assert.equal(lastFailure([last], "other", "one"), null);
    assert.equal(lastFailure([last, entry()], "core", "one"), null, "it has been built since");
  }
});

test("a failure is remembered over what was built of other states in between", () => {
  const failed = entry({ result: "failed" });
  const between = [
    entry({ fingerprint: "two" }),
    entry({ fingerprint: "three", action: "restore" }),
    entry({ extension: "other" }),
  ];
  assert.equal(lastFailure([failed, ...between], "core", "one"), failed);
});

test("a moment is told in the reader's time zone, to the minute", () => {
  assert.match(moment("2026-03-01T12:34:56.000Z"), /^2026-0[23]-\d\d \d\d:\d\d$/);
  assert.equal(moment("yesterday"), "yesterday");
});
