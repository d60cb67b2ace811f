/** What real build tools print, read as steps: the fixtures are their own words, paths shortened. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import fc from "fast-check";
import { parseStatsLog } from "../../src/build/output/cache-hits.ts";
import { LineSplitter } from "../../src/build/output/line-splitter.ts";
import { parseNinjaLog } from "../../src/build/output/ninja-log.ts";
import { printable } from "../../src/build/output/printable.ts";
import { readOutputLine, type Step } from "../../src/build/output/read-line.ts";
import { SerialClock } from "../../src/build/output/serial-clock.ts";
import { ShownOutput } from "../../src/build/output/shown-output.ts";
import { Tracker } from "../../src/build/output/tracker.ts";
import { packageRoot } from "../helpers/sandbox.ts";

function fixture(name: string): string[] {
  const path = join(packageRoot(), "test", "fixtures", "recipe-output", `${name}.txt`);
  return new LineSplitter().add(readFileSync(path));
}

interface Whole {
  readonly compiled: readonly string[];
  readonly links: number;
  readonly warnings: number;
  /** `done/total`, or what stands for it, at the end. */
  readonly at: string;
  readonly isUnderstood: boolean;
}

const A_B_C = ["src/a.cpp", "src/b.cpp", "src/c.c"];
const WHOLES: readonly (readonly [string, Whole])[] = [
  ["cmake-configure", { compiled: [], links: 0, warnings: 0, at: "0", isUnderstood: false }],
  ["cmake-make", { compiled: A_B_C, links: 1, warnings: 4, at: "100%", isUnderstood: true }],
  ["cmake-make-verbose", { compiled: A_B_C, links: 1, warnings: 4, at: "100%", isUnderstood: true }],
  ["cmake-ninja", { compiled: A_B_C, links: 1, warnings: 4, at: "4/4", isUnderstood: true }],
  ["cmake-ninja-clang", { compiled: A_B_C, links: 1, warnings: 5, at: "4/4", isUnderstood: true }],
  [
    "cmake-ninja-status",
    {
      compiled: ["/path/to/tiny/src/a.cpp", "/path/to/tiny/src/b.cpp", "/path/to/tiny/src/c.c"],
      links: 1,
      warnings: 4,
      at: "4/4",
      isUnderstood: true,
    },
  ],
  ["make", { compiled: ["src/a.cpp", "src/b.cpp"], links: 1, warnings: 2, at: "2", isUnderstood: true }],
  ["make-silent", { compiled: [], links: 0, warnings: 2, at: "none", isUnderstood: false }],
  [
    "setuptools",
    { compiled: ["src/a.cpp", "src/m.cpp"], links: 1, warnings: 1, at: "2", isUnderstood: true },
  ],
  [
    "pip-setuptools",
    { compiled: ["src/a.cpp", "src/m.cpp"], links: 1, warnings: 1, at: "2", isUnderstood: true },
  ],
  [
    "pip-meson-python",
    { compiled: ["src_a.cpp", "src_m.cpp"], links: 1, warnings: 6, at: "1/1", isUnderstood: true },
  ],
  [
    "pip-scikit-build-core",
    { compiled: ["src/a.cpp", "src/m.cpp"], links: 1, warnings: 0, at: "3/3", isUnderstood: true },
  ],
  ["pip-quiet", { compiled: [], links: 0, warnings: 0, at: "none", isUnderstood: false }],
  ["nvcc", { compiled: [], links: 0, warnings: 6, at: "none", isUnderstood: false }],
  ["nvcc-ptxas", { compiled: [], links: 0, warnings: 5, at: "none", isUnderstood: false }],
];

for (const [name, whole] of WHOLES) {
  test(`${name}: files, links and warnings`, () => {
    const tracker = new Tracker();
    for (const line of fixture(name)) tracker.add(line);
    const made = [...tracker.objects.values()];
    const { standing, warnings, isUnderstood } = tracker;
    assert.deepEqual(
      {
        compiled: made.flatMap(({ kind, file }) => (kind === "compile" ? [file] : [])).sort(),
        links: made.filter(({ kind }) => kind === "link").length,
        warnings,
        at: atOf(standing),
        isUnderstood,
      },
      whole,
    );
    assert.equal(tracker.compiled, whole.compiled.length);
  });
}

function atOf(standing: Tracker["standing"]): string {
  if (standing === null) return "none";
  if (standing.percent !== undefined) return `${standing.percent}%`;
  return standing.total === undefined ? `${standing.done}` : `${standing.done}/${standing.total}`;
}

const STEPS: readonly (readonly [string, Partial<Step>])[] = [
  [
    "[12/380] Building CUDA object CMakeFiles/_C.dir/csrc/moe/fused_moe.cu.o",
    { kind: "compile", done: 12, total: 380, file: "csrc/moe/fused_moe.cu" },
  ],
  [
    "\u001B[32m[ 42%] \u001B[0m\u001B[32mBuilding CXX object x/CMakeFiles/t.dir/a.cc.o\u001B[0m",
    { percent: 42, file: "a.cc" },
  ],
  [
    "[3/9 | 12.3s] Linking CXX shared module _C.abi3.so",
    { kind: "link", done: 3, total: 9, file: "_C.abi3.so" },
  ],
  ["[0/2] Re-checking globbed directories...", { kind: "other", done: 0, total: 2 }],
  [
    "[1/2] /usr/local/cuda/bin/nvcc --generate-dependencies-with-compile -I/a -c -c /p/k.cu -o /p/build/k.o -D__CUDA_NO_HALF_OPERATORS__",
    { kind: "compile", done: 1, total: 2, file: "/p/k.cu", object: "/p/build/k.o" },
  ],
  [
    "cd /p && CC=x ccache /usr/bin/x86_64-linux-gnu-g++-12 -O2 -o a.o -c a.cxx",
    { kind: "compile", file: "a.cxx", object: "a.o" },
  ],
  ["building 'pkg._C' extension", { kind: "other", file: "pkg._C" }],
  [
    "clang++ -shared a.o b.o -o pkg/_C.cpython-311-darwin.so",
    { kind: "link", file: "pkg/_C.cpython-311-darwin.so" },
  ],
];

test("lines of many tools, one by one", () => {
  for (const [line, expected] of STEPS) {
    const read = readOutputLine(line);
    assert.ok(read.is === "step", line);
    const { step } = read;
    assert.deepEqual({ ...step, ...expected }, step, line);
  }
});

test("what only looks like a step or a compiler's warning is none", () => {
  const others = [
    "[5/3] Building CXX object a.o",
    "[1/0] x",
    "[2026/11/27] released",
    "[info] 3/4 of the tests passed",
    "/lib/setuptools/command/install.py:34: SetuptoolsDeprecationWarning: setup.py install is deprecated.",
    "CMake Warning at CMakeLists.txt:3 (message):",
    "make[1]: warning: jobserver unavailable: using -j1.",
    "  warning: install_lib: byte-compiling is disabled, skipping.",
    "1 warning generated.",
    "echo gcc -c a.c -o a.o",
    "usage: gcc -c FILE",
  ];
  for (const line of others) assert.equal(readOutputLine(line).is, "other", line);
});

test("a second ninja in one recipe counts from its own start; files are counted once", () => {
  const tracker = new Tracker();
  const ninja = [1, 2].map((at) => `[${at}/2] Building C object CMakeFiles/a.dir/${at}.c.o`);
  for (const line of [
    "$ ninja -C a",
    ...ninja,
    "$ ninja -C b",
    "[1/7] Building C object CMakeFiles/b.dir/1.c.o",
  ])
    tracker.add(line);
  assert.deepEqual([atOf(tracker.standing), tracker.compiled], ["1/7", 3]);
});

test("a viewer shows what is not understood, and of a build only its commands", () => {
  const shown = new ShownOutput();
  const lines = [
    "$ make",
    "hello",
    "g++ -c a.cpp -o a.o",
    "a.cpp:1:1: warning: odd",
    "  1 | int",
    "$ other",
    "done",
  ];
  assert.deepEqual(shown.add(lines), ["$ make", "hello", "$ other", "done"]);
});

test("lines end at newlines and returns, wherever the bytes are cut; none is endless", () => {
  const bytes = Buffer.from("één\r[1/2] b\r\n\nc");
  const splitter = new LineSplitter();
  assert.deepEqual(
    [...bytes].flatMap((byte) => splitter.add(Buffer.from([byte]))).filter((line) => line !== ""),
    ["één", "[1/2] b"],
  );
  const long = new LineSplitter(10);
  assert.deepEqual(long.add(Buffer.from("x".repeat(99))), []);
  assert.deepEqual(long.add(Buffer.from("yy\nz\n")), ["xxxxxxxxxx", "z"]);
});

test("ninja's log gives each step's own time, and nothing when it is another version's", () => {
  const text = fixture("ninja_log").join("\n");
  assert.deepEqual(Object.fromEntries(parseNinjaLog(text)), {
    "CMakeFiles/tiny.dir/src/c.c.o": 176,
    "CMakeFiles/tiny.dir/src/a.cpp.o": 233,
    "CMakeFiles/tiny.dir/src/b.cpp.o": 809,
    "libtiny.so": 299,
  });
  assert.equal(parseNinjaLog(text.replace("log v5", "log v99")).size, 0);
  assert.equal(parseNinjaLog("# ninja log v6\n9\t3\t0\tbackwards.o\tx\nx\ty\t0\tno.o\tx\n\t\n").size, 0);
});

test("ccache's own notes: a link is no call, and what did not run says nothing", () => {
  assert.deepEqual(parseStatsLog(fixture("ccache-statslog").join("\n")), { hits: 1, calls: 2 });
  assert.equal(parseStatsLog(""), null);
});

test("setuptools' files are timed one after the other, until two begin at once", () => {
  const timed = (...starts: readonly number[]): Record<string, number> => {
    const clock = new SerialClock();
    clock.command("$ python setup.py build_ext", 0);
    clock.step({ kind: "other", file: "pkg._C" }, 0);
    for (const [at, ms] of starts.entries())
      clock.step({ kind: "compile", file: "f", object: `${at}.o` }, ms);
    clock.end(900);
    return Object.fromEntries(clock.result());
  };
  assert.deepEqual(timed(100, 400), { "0.o": 300, "1.o": 500 });
  assert.deepEqual(timed(100, 100, 400), {});
  const parallel = new SerialClock();
  parallel.command("$ python setup.py build_ext -j 4", 0);
  parallel.step({ kind: "other", file: "pkg._C" }, 0);
  parallel.step({ kind: "compile", file: "f", object: "f.o" }, 0);
  parallel.end(5);
  assert.equal(parallel.result().size, 0);
});

test("no bytes crash the reader, and none of them reach a terminal as a command to it", () => {
  const nasty = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc
      .array(
        fc.constantFrom(
          ..."\u001B \u009B [ ] ; 0 1 m K \u0007 \r \n \u0090 \u202E / c g++ -c -o a.cpp [1/2] warning: Building".split(
            " ",
          ),
        ),
        { maxLength: 60 },
      )
      .map((words) => Buffer.from(words.join(""))),
  );
  const property = fc.property(nasty, (bytes) => {
    const splitter = new LineSplitter();
    const shown = new ShownOutput();
    for (const text of shown.add(splitter.add(Buffer.concat([bytes, Buffer.from("\n")]))))
      assert.ok(!/[\u0000-\u001F\u007F-\u009F\u202A-\u202E]/.test(text), JSON.stringify(text));
  });
  fc.assert(property, { numRuns: 3000 });
});

test("escape sequences go whole, text stays, and a line is bounded", () => {
  assert.equal(printable("\u001B[1;31merror:\u001B[0m x\ty"), "error: x    y");
  assert.equal(printable("\u001B]0;title\u0007a\u001B]8;;http://x\u001B\\b\u009B2Jc"), "abc");
  assert.equal(printable("é 日本 \u{1F600}"), "é 日本 \u{1F600}");
  assert.equal(printable("x".repeat(5000), 20), `${"x".repeat(17)}...`);
});
