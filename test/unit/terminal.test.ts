import assert from "node:assert/strict";
import test from "node:test";
import { failure } from "../../src/report/failure.ts";
import { decisionText, duration, failureText, paint } from "../../src/report/terminal.ts";

test("a failure is one line: code, what happened, state, next command", () => {
  assert.equal(
    failureText(
      failure("E201", "build failed (ninja, exit 1). Your previous build is untouched.", "rebuild-if-needed"),
    ),
    "rebuild-if-needed: E201 build failed (ninja, exit 1). Your previous build is untouched. Next: rebuild-if-needed",
  );
});

test("a message of several lines gets the next command on a line of its own", () => {
  assert.equal(
    failureText(failure("E110", "pyproject.toml:3: bad\n  3 | x =", "edit pyproject.toml")),
    "rebuild-if-needed: E110 pyproject.toml:3: bad\n  3 | x =\nNext: edit pyproject.toml",
  );
});

test("fresh, restore, held and blocked decisions", () => {
  assert.deepEqual(
    decisionText({
      decision: "held",
      extensions: [
        { name: "core", decision: "fresh", reasons: [], fingerprint: "" },
        {
          name: "moe",
          decision: "restore",
          reasons: [{ kind: "output-missing", text: "pkg/_moe.so is missing" }],
          fingerprint: "",
        },
        {
          name: "attn",
          decision: "held",
          reasons: [{ kind: "commit-foreign", text: "0123abc is neither upstream nor yours" }],
          fingerprint: "",
        },
        {
          name: "gpu",
          decision: "blocked",
          reasons: [{ kind: "tool-missing", text: "nvcc is not on the recorded PATH" }],
          fingerprint: "",
        },
      ],
    }),
    [
      "fresh: core is the build of this source",
      "restore: moe was built from this source before",
      "  pkg/_moe.so is missing",
      "held: attn",
      "  0123abc is neither upstream nor yours",
      "blocked: gpu",
      "  nvcc is not on the recorded PATH",
    ],
  );
});

test("a rebuild shows its level, its reasons and how long it takes", () => {
  const reasons = [
    { kind: "input-changed", text: "csrc/a.cu changed" },
    { kind: "tool-changed", text: "nvcc 12.4 -> 12.6" },
  ] as const;
  assert.deepEqual(
    decisionText({
      decision: "rebuild",
      level: "clean",
      extensions: [
        { name: "core", decision: "rebuild", level: "clean", reasons, fingerprint: "" },
        { name: "moe", decision: "rebuild", reasons: [], fingerprint: "" },
      ],
      estimateMs: 12 * 60_000,
    }),
    [
      "rebuild (clean): core",
      "  nvcc 12.4 -> 12.6",
      "  csrc/a.cu changed",
      "rebuild: moe",
      "about 12 min, going by earlier builds",
    ],
  );
});

test("durations", () => {
  const cases: [ms: number, text: string][] = [
    [0, "0 ms"],
    [420.4, "420 ms"],
    [999.4, "999 ms"],
    [999.6, "1.0 s"],
    [3_200, "3.2 s"],
    [9_949, "9.9 s"],
    [9_960, "10 s"],
    [95_000, "95 s"],
    [119_600, "2 min"],
    [720_000, "12 min"],
    [3_599_000, "1 h"],
    [3_900_000, "1 h 5 min"],
    [7_200_000, "2 h"],
  ];
  for (const [ms, text] of cases) assert.equal(duration(ms), text);
});

test("colour only where it is wanted", () => {
  const red = (isTTY: boolean, environment: Record<string, string>): string =>
    paint({ isTTY }, environment).red("x");
  const coloured = "\u001B[31mx\u001B[39m";
  assert.equal(red(true, {}), coloured);
  assert.equal(red(false, {}), "x");
  assert.equal(paint({}, {}).bold("x"), "x");
  assert.equal(red(true, { NO_COLOR: "1" }), "x");
  assert.equal(red(true, { NO_COLOR: "" }), coloured);
  assert.equal(red(true, { TERM: "dumb" }), "x");
  assert.equal(red(false, { FORCE_COLOR: "1" }), coloured);
  assert.equal(red(true, { FORCE_COLOR: "0" }), "x");
  assert.equal(red(false, { FORCE_COLOR: "1", NO_COLOR: "1" }), coloured);
});
