/** The bench decides whether the tool may claim what it claims: what its own parts say is tested like the tool. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readC } from "../bench/label/c-text.ts";
import { liveCommands } from "../bench/label/cmake-text.ts";
import { includeClosure } from "../bench/label/include-closure.ts";
import { canReuse } from "../bench/label/reuse.ts";
import { sliceSetup } from "../bench/label/setup-slice.ts";
import { compareStates, type Part } from "../bench/label/state.ts";
import { pinsPart } from "../bench/label/static-parts.ts";
import { pairsOf } from "../bench/label/walk.ts";
import { type Label, type Pair, parsePairs, renderPairs } from "../bench/pairs.ts";
import { renderScore, score } from "../bench/score.ts";

const pair = (label: Label, to: string, span = "commit"): Pair => ({
  from: "aaaa",
  to,
  label,
  why: "",
  span,
});

test("pairs are read back as they were written", () => {
  const pairs = [pair("none", "bbbb"), { ...pair("hard", "cccc", "day"), why: "a.cu, b.h and 3 more" }];
  assert.deepEqual(parsePairs(renderPairs(["how they were made"], pairs)), pairs);
});

test("a line that is no pair is named", () => {
  assert.throws(() => parsePairs("aaaa bbbb none\naaaa bbbb maybe\n"), /line 2 is not "OLD NEW LABEL/);
});

test("misses are hard pairs answered fresh; soft pairs are neither misses nor false alarms", () => {
  const fresh = { isFresh: true, reasons: [] };
  const stale = { isFresh: false, reasons: ["csrc/a.cu changed"] };
  const result = score([
    { pair: pair("hard", "1111"), answer: fresh },
    { pair: pair("hard", "2222"), answer: stale },
    { pair: pair("soft", "3333"), answer: stale },
    { pair: pair("soft", "4444"), answer: fresh },
    { pair: pair("none", "5555"), answer: stale },
    { pair: pair("none", "6666", "day"), answer: fresh },
  ]);
  assert.deepEqual(
    result.missed.map((one) => one.pair.to),
    ["1111"],
  );
  assert.deepEqual(
    result.falseAlarms.map((one) => one.pair.to),
    ["5555"],
  );
  assert.equal(result.falseAlarmRate, 0.5);
  assert.deepEqual(renderScore(result), [
    "| span | label | pairs | answered stale |",
    "|---|---|---|---|",
    "| commit | hard | 2 | 1 |",
    "| commit | soft | 2 | 1 |",
    "| commit | none | 1 | 1 |",
    "| day | none | 1 | 0 |",
    "",
    "missed hard pairs: 1",
    "  MISS commit aaaa 1111: ",
    "false alarms: 1 (50.00 % of the pairs labelled none)",
    "  FALSE commit aaaa 5555: csrc/a.cu changed",
  ]);
});

test("only the two ends of a pair count, and what a compiler sees outweighs what is written", () => {
  const state = (hard: string, soft: string): Map<string, Part> => new Map([["a.cu", { hard, soft }]]);
  assert.equal(compareStates(state("x", "1"), state("x", "1")).label, "none");
  assert.equal(compareStates(state("x", "1"), state("x", "2")).label, "soft");
  assert.equal(compareStates(state("x", "1"), state("y", "2")).label, "hard");
  assert.equal(compareStates(state("x", "1"), new Map()).label, "hard");
});

test("a day's pair leads from the last commit of the day before; commits without a state are left out", () => {
  const day = 86_400;
  const step = (id: string, at: number, hard: string | null) => ({
    id,
    at,
    state: hard === null ? null : new Map([["a", { hard, soft: "" }]]),
  });
  const { pairs, leftOut } = pairsOf([
    step("a1", 10, "x"),
    step("a2", 20, "y"),
    step("b1", day + 10, null),
    step("b2", day + 20, "x"),
    step("c1", 2 * day, "y"),
  ]);
  const text = pairs.map(({ span, from, to, label }) => `${span} ${from} ${to} ${label}`);
  assert.deepEqual(text, ["commit a1 a2 hard", "commit b2 c1 hard", "day a2 b2 hard", "day b2 c1 hard"]);
  assert.equal(leftOut, 2);
});

test("a C file in normal form forgets comments, layout and branches of other devices", () => {
  const off = new Set(["USE_ROCM"]);
  const one =
    '#include "a.h"  // first\n#ifdef USE_ROCM\n#include "amd.h"\nint x;\n#else\nint  y = 1; /* two */\n#endif\n';
  const two = '#include "a.h"\n#ifdef USE_ROCM\nlong z;\n#else\nint y=1;\n#endif\n';
  assert.deepEqual(readC(one, off).includes, ["a.h"]);
  assert.equal(readC(one, off).normal, readC(two, off).normal);
  assert.notEqual(readC(one, off).normal, readC(one.replace("= 1", "= 2"), off).normal);
  assert.notEqual(readC('char*s="a  b";', off).normal, readC('char*s="a b";', off).normal);
  const either = "#if defined(USE_ROCM) || defined(OTHER)\n#include <b.h>\n#endif\n";
  assert.deepEqual(readC(either, off).includes, ["b.h"]);
  assert.deepEqual(readC(either.replace("||", "&&"), off).includes, []);
});

test("of a CMake file the branches that cannot be taken are left out, and unknown ones stay", () => {
  const text = `
    if(GPU STREQUAL "CUDA" AND SOMETHING)
      list(APPEND SRC "a.cu") # a comment with )
    elseif(NOT (GPU STREQUAL "CUDA"))
      list(APPEND SRC "b.hip")
    else()
      set(X #[[ ) ]] "c d")
    endif()`;
  const live = liveCommands(text, new Map([["GPU", "CUDA"]]));
  assert.deepEqual(
    live.filter(({ name }) => name === "list" || name === "set").map(({ args }) => args.at(-1)),
    ["a.cu", "c d"],
  );
});

test("includes are looked for beside the file, then below the roots", async () => {
  const tree = new Map(["src/a.cpp", "src/b.h", "inc/b.h", "inc/c.h", "inc/d.h"].map((path) => [path, "1"]));
  const includes = new Map([
    ["src/a.cpp", ["b.h", "vector"]],
    ["src/b.h", ["c.h"]],
  ]);
  const found = await includeClosure(tree, ["src/a.cpp", "gone.cpp"], ["inc"], (path) =>
    Promise.resolve(includes.get(path) ?? []),
  );
  assert.deepEqual([...found].sort(), ["inc/c.h", "src/a.cpp", "src/b.h"]);
});

test("of setup.py only what reaches the extensions counts", () => {
  const setup = (requires: string, flag: string): string =>
    `FLAGS = ["${flag}"]\nif IS_ROCM:\n    FLAGS.append("-hip")\nREQ = ["${requires}"]\n` +
    `exts = [Extension("a", ["a.cpp"], extra_compile_args=FLAGS)]\nsetup(ext_modules=exts, install_requires=REQ)\n`;
  const slice = (text: string): string => sliceSetup(text, ["IS_ROCM"]).slice;
  assert.equal(slice(setup("numpy", "-O2")), slice(setup("scipy", "-O2").replace("-hip", "-hip2")));
  assert.notEqual(slice(setup("numpy", "-O2")), slice(setup("numpy", "-O3")));
  assert.deepEqual(sliceSetup(setup("numpy", "-O2"), ["IS_ROCM"]).strings, ["-O2", "a", "a.cpp"]);
});

test("pins of what is compiled against are hard, other build requirements soft", () => {
  const part = (...pins: string[]): Part => pinsPart(pins, /^torch\b/);
  assert.deepEqual(part("torch == 2.9", "wheel"), part("wheel # why", "torch==2.9"));
  assert.equal(part("torch==2.9", "wheel").hard, part("torch==2.9", "wheel>1").hard);
  assert.notEqual(part("torch==2.9", "wheel").soft, part("torch==2.9", "wheel>1").soft);
  assert.notEqual(part("torch==2.9").hard, part("torch==2.10").hard);
});

test("a plan is kept only while nothing that it looked at moves", () => {
  const plan = {
    opened: new Set(["setup.py"]),
    asked: new Set(["src/a.c", "src/late.c"]),
    listed: new Set(["src"]),
  };
  const before = new Map(["setup.py", "src/a.c", "doc/a.md"].map((path) => [path, "1"]));
  const reuse = (path: string, isThere: boolean): boolean => {
    const now = new Map(before);
    if (isThere) now.set(path, "2");
    else now.delete(path);
    return canReuse(plan, [{ path, oid: isThere ? "2" : null }], before, now);
  };
  assert.equal(reuse("setup.py", true), false, "opened");
  assert.equal(reuse("src/a.c", true), true, "only asked for, and still there");
  assert.equal(reuse("src/a.c", false), false, "asked for, and gone");
  assert.equal(reuse("src/late.c", true), false, "looked for in vain until now");
  assert.equal(reuse("src/new.c", true), false, "new in a folder that was listed");
  assert.equal(reuse("src/sub/new.c", true), false, "a new folder in it");
  assert.equal(reuse("doc/b.md", true), true);
});
