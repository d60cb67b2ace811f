import assert from "node:assert/strict";
import test from "node:test";
import { isCFamily } from "../../src/build/answer/c-family.ts";
import { type CommandReads, readsOfCommand } from "../../src/build/answer/custom-command.ts";
import { isRuntimePart, sourceName } from "../../src/build/answer/file-symbols.ts";
import { parseMakeRules } from "../../src/build/answer/make-rules.ts";
import { mentionedFiles } from "../../src/build/answer/mentioned.ts";
import { parseNinjaDeps } from "../../src/build/answer/ninja-deps-log.ts";
import { parseNinja } from "../../src/build/answer/ninja-manifest.ts";

test("rules for make, as compilers write them", () => {
  const cases: [string, ReturnType<typeof parseMakeRules>][] = [
    ["a.o: a.c b.h\n", [{ targets: ["a.o"], prerequisites: ["a.c", "b.h"] }]],
    ["a.o : a.c \\\n  /x/b.h\n", [{ targets: ["a.o"], prerequisites: ["a.c", "/x/b.h"] }]],
    ["a.o: sp\\ ace/q.h d$$x \\#1.h\n", [{ targets: ["a.o"], prerequisites: ["sp ace/q.h", "d$x", "#1.h"] }]],
    [
      "a.o: a.c\n\nb.h:\n",
      [
        { targets: ["a.o"], prerequisites: ["a.c"] },
        { targets: ["b.h"], prerequisites: [] },
      ],
    ],
    // Two compilers in one line: the first one's names stay, and what was mixed is a name more.
    ["a.o: a.c b.o: b.c\n", [{ targets: ["a.o"], prerequisites: ["a.c", "b.o", "b.c"] }]],
    ["", []],
  ];
  for (const [text, expected] of cases) assert.deepEqual(parseMakeRules(text), expected);
});

test("a manifest that is cut, or whose include is missing, is not taken", () => {
  const none = (): null => null;
  const text = (content: string) => (name: string) => (name === "build.ninja" ? content : null);
  assert.equal(parseNinja("build.ninja", none), null);
  assert.equal(parseNinja("build.ninja", text("include rules.ninja\n")), null);
  assert.equal(parseNinja("build.ninja", text("build a.o: \n")), null);
  assert.equal(parseNinja("build.ninja", text("nonsense here\n")), null);
});

test("a log of ninja's that is cut at any byte, or of another version, is not taken for whole", () => {
  const bytes = Buffer.concat([
    Buffer.from("# ninjadeps\n"),
    words(4),
    record("a.o\0", 0),
    record("a.h\0", 1),
    Buffer.concat([words(0x80000000 + 16), words(0, 1, 0, 1)]),
  ]);
  assert.deepEqual([...(parseNinjaDeps(bytes) ?? [])], [["a.o", ["a.h"]]]);
  const ends = [16, 28, 40]; // between two records nothing is missing that was begun
  for (let end = 0; end < bytes.length; end++) {
    if (!ends.includes(end)) assert.equal(parseNinjaDeps(bytes.subarray(0, end)), null, `cut at ${end}`);
  }
  const newer = Buffer.from(bytes);
  newer.writeInt32LE(5, 12);
  assert.equal(parseNinjaDeps(newer), null);
});

test("what a command of the project's own may read", () => {
  const kinds = new Map([
    ["/top/gen.py", "file"],
    ["/top/tools/gen.py", "file"],
    ["/top/tools", "folder"],
    ["/top/csrc", "folder"],
    ["/top/csrc/a.h", "file"],
  ] as const);
  const reads = (command: string): CommandReads =>
    readsOfCommand(command, "/build", (path) => [...kinds].find(([name]) => name === path)?.[1] ?? null);
  const cases: [string, { files: string[]; folders: string[] }][] = [
    ["cd /build && /usr/bin/cmake -E copy /top/csrc/a.h out", { files: ["/top/csrc/a.h"], folders: [] }],
    ["python ../top/tools/gen.py x", { files: ["/top/tools/gen.py"], folders: ["/top/tools"] }],
    ["python -m gen --from=/top/csrc -I/top/csrc/a.h", { files: ["/top/csrc/a.h"], folders: ["/top/csrc"] }],
    ["cd /top/csrc && gen a.h", { files: ["/top/csrc/a.h"], folders: ["/top/csrc"] }],
  ];
  for (const [command, expected] of cases) {
    assert.deepEqual(reads(command), { kind: "reads", ...expected }, command);
  }
  const compilers = [
    "nvcc -cubin a.cu",
    "cd x && cmake --build .",
    "A=1 /usr/bin/x86_64-linux-gnu-g++-12 a.cpp",
  ];
  for (const command of compilers) {
    assert.equal(reads(command).kind, "compiles", command);
  }
});

test("names that compilers leave in a library", () => {
  assert.equal(sourceName("ops.cpp"), "ops.cpp");
  assert.equal(sourceName("tmpxft_00001179_00000000-6_k2.cudafe1.cpp"), "k2.cu");
  assert.equal(sourceName("tmpxft_00001179_00000000-6_k.v2.compute_90a.cudafe1.cpp"), "k.v2.cu");
  for (const name of ["", "crtstuff.c", "link.stub", "cudart_tls.cpp"])
    assert.equal(isRuntimePart(name), true);
  for (const name of ["ops.cpp", "runtime.cpp"]) assert.equal(isRuntimePart(name), false);
});

test("headers that build files read by themselves", () => {
  const paths = ["inc/version.h", "inc/other.h", "src/a.cpp", "README.md"];
  const cases: [string, string, string[]][] = [
    [
      "CMakeLists.txt",
      "file(STRINGS inc/version.h LINE)\nadd_library(x src/a.cpp inc/other.h)",
      ["inc/version.h"],
    ],
    ["CMakeLists.txt", "FILE( READ\n  ${X}/version.h V)", ["inc/version.h"]],
    ["setup.py", "Extension('x', ['src/a.cpp'], depends=['inc/other.h'])", ["inc/other.h"]],
    ["setup.py", "v = open('src/a.cpp').read()", ["src/a.cpp"]],
  ];
  for (const [file, text, expected] of cases) assert.deepEqual(mentionedFiles(file, text, paths), expected);
});

test("the answer speaks of C, C++ and CUDA only", () => {
  for (const path of ["a.c", "b/x.cuh", "t.def", "y.inc"]) assert.equal(isCFamily(path), true, path);
  for (const path of ["a.pyx", "a.pxd", "a.h.in", "CMakeLists.txt", "gen.py", "a.cmake"]) {
    assert.equal(isCFamily(path), false, path);
  }
});

function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => bytes.writeUInt32LE(value, at * 4));
  return bytes;
}

function record(name: string, id: number): Buffer {
  return Buffer.concat([words(name.length + 4), Buffer.from(name), words(~id >>> 0)]);
}
