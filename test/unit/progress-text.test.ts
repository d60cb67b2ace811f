/** What a person reads of a build that runs: one line that fits, a time left that does not jump, and no page at the end. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import type { RecipeProgress } from "../../src/build/build-event.ts";
import { summaryLines, type RecipeSummary } from "../../src/build/output/summary.ts";
import { steady, timeLeftMs } from "../../src/build/output/time-left.ts";
import { PlainLines } from "../../src/build/progress-line.ts";
import { barText, leftText, plainText } from "../../src/report/progress-text.ts";

const MOE: RecipeProgress = {
  kind: "compile",
  done: 212,
  total: 380,
  file: "csrc/moe/fused_moe.cu",
  warnings: 3,
  leftMs: 130_000,
};
const MOMENT = { progress: MOE, elapsedMs: 190_400, ageMs: 10_000 };

test("the bar at several widths", () => {
  const at = (columns: number): string => barText(MOMENT, columns);
  assert.equal(
    at(100),
    "[###########---------] 212/380  csrc/moe/fused_moe.cu  3 min 10 s, about 2 min left, 3 warnings",
  );
  assert.equal(
    at(90),
    "[###########---------] 212/380  fused_moe.cu  3 min 10 s, about 2 min left, 3 warnings",
  );
  assert.equal(at(79), "[#####-----] 212/380  fused_moe.cu  3 min 10 s, about 2 min left, 3 warnings");
  assert.equal(at(66), "212/380  fused_moe.cu  3 min 10 s, about 2 min left, 3 warnings");
  assert.equal(at(60), "212/380  3 min 10 s, about 2 min left, 3 warnings");
  assert.equal(at(40), "...in 10 s, about 2 min left, 3 warnings");
});

test("the line never is wider than the terminal, whatever file is compiled", () => {
  const moments = fc.record({
    file: fc.string({ unit: "binary", maxLength: 120 }),
    done: fc.nat(99_999),
    more: fc.nat(99_999),
    warnings: fc.nat(9999),
    leftMs: fc.option(fc.nat(99_999_999), { nil: undefined }),
    elapsedMs: fc.nat(99_999_999),
    columns: fc.integer({ min: 1, max: 200 }),
  });
  const property = fc.property(moments, ({ file, done, more, warnings, leftMs, elapsedMs, columns }) => {
    const left = leftMs === undefined ? {} : { leftMs };
    const progress = { kind: "compile", done, total: done + more, file, warnings, ...left } as const;
    const text = barText({ progress, elapsedMs, ageMs: 0 }, columns);
    assert.ok([...new Intl.Segmenter().segment(text)].length <= columns, `${columns}: ${text}`);
    assert.ok(!/[\u0000-\u001F\u007F-\u009F]/.test(text));
  });
  fc.assert(property, { numRuns: 1000 });
});

test("without a count, or with one of the last build, it says so", () => {
  const base = { kind: "compile", done: 12, warnings: 0 } as const;
  const text = (progress: RecipeProgress): string => plainText({ progress, elapsedMs: 5000, ageMs: 0 });
  assert.equal(text({ ...base, total: 60, isGuess: true }), "  12 of ~60 (20 %), 5 s");
  assert.equal(text({ ...base, percent: 42 }), "  42 %, 5 s");
  assert.equal(text(base), "  12 files, 5 s");
  assert.equal(
    barText({ progress: { ...base, kind: "configure", done: 0 }, elapsedMs: 1000, ageMs: 0 }, 80),
    "configuring  1 s",
  );
});

test("without a terminal: at most ten lines, none for a short build", () => {
  const lines = (seconds: number): string[] => {
    const written: string[] = [];
    const plain = new PlainLines((line) => written.push(line));
    for (let done = 1; done <= 400; done++)
      plain.show({
        progress: { kind: "compile", done, total: 400, warnings: 0 },
        elapsedMs: (seconds * 1000 * done) / 400,
        ageMs: 0,
      });
    return written;
  };
  assert.deepEqual(lines(2), []);
  assert.equal(lines(3600).length, 9);
  assert.deepEqual(lines(12), ["  167 of 400 (41 %), 5 s", "  334 of 400 (83 %), 10 s"]);
});

const PAST = { files: { a: 10_000, b: 30_000, c: 60_000 }, recipeMs: 50_000, restMs: 1000 };

test("time left: by the files that remain, at the speed that is seen", () => {
  const left = (told: readonly string[], elapsedMs: number, total?: number): number =>
    Math.round(
      (timeLeftMs(PAST, { told, done: told.length, elapsedMs, ...(total === undefined ? {} : { total }) }) ??
        -1) / 1000,
    );
  assert.equal(left([], 0), 51, "as the last time");
  assert.equal(left(["a", "b"], 20_000), 31, "at the last time's speed");
  assert.equal(left(["a", "b"], 40_000), 53, "half as fast: most of what is left takes nearly twice as long");
  assert.equal(left(["a", "b", "c"], 50_000, 3), 1, "verifying");
  assert.equal(left(["a"], 5000, 2), 18, "an incremental build does not make all");
  assert.equal(timeLeftMs({ ...PAST, files: {} }, { told: [], done: 0, elapsedMs: 0 }), undefined);
});

test("time left never is negative and never jumps", () => {
  const step = fc.record({ agoMs: fc.integer({ min: 1, max: 1000 }), estimateMs: fc.nat(3_600_000) });
  const property = fc.property(fc.nat(3_600_000), fc.array(step, { maxLength: 50 }), (first, steps) => {
    let leftMs = steady(null, first);
    for (const { agoMs, estimateMs } of steps) {
      const next = steady({ leftMs, agoMs }, estimateMs);
      assert.ok(next >= 0);
      if (estimateMs > 50_000)
        assert.ok(Math.abs(next - Math.max(0, leftMs - agoMs)) <= Math.abs(estimateMs - leftMs) * 0.11 + 200);
      leftMs = next;
    }
  });
  fc.assert(property);
  assert.equal(leftText(undefined, 0), null);
  assert.equal(leftText(3000, 9000), null, "over");
  assert.deepEqual(
    [3000, 41_000, 95_000, 125_000, 7_200_000].map((ms) => leftText(ms, 0)),
    ["a few seconds left", "about 45 s left", "about 95 s left", "about 2 min left", "about 2 h left"],
  );
});

const SUMMARY: RecipeSummary = {
  compiled: 60,
  warnings: 3,
  recipeMs: 40_000,
  slowest: [
    ["a.cu", 9000],
    ["b.cu", 800],
  ],
  cache: { hits: 41, calls: 60 },
};

test("the summary: two lines at most, and none when there is nothing to say", () => {
  assert.deepEqual(summaryLines(SUMMARY, "/x/output.log"), [
    "  60 files compiled, 41 of 60 from ccache, 3 compiler warnings (in /x/output.log)",
    "  slowest: a.cu 9.0 s, b.cu 800 ms",
  ]);
  assert.deepEqual(summaryLines({ ...SUMMARY, recipeMs: 2000, warnings: 0, cache: null }, "/x"), [
    "  60 files compiled",
  ]);
  assert.deepEqual(summaryLines({ ...SUMMARY, compiled: 1, warnings: 0, cache: null }, "/x"), []);
  assert.deepEqual(summaryLines({ ...SUMMARY, compiled: 0 }, "/x"), []);
});
