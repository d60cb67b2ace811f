import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import {
  type DeviceCodeJson,
  deviceCodeJson,
  readDeviceCode,
  showDeviceCode,
} from "../../src/verify/device-code.ts";
import { codeFor, kernels, manyKernels, skipWithoutNvcc } from "../helpers/kernels.ts";
import { library, scratch } from "../helpers/native.ts";
import { seeded, testSeed } from "../helpers/seeded.ts";

const skip = skipWithoutNvcc;

function read(path: string): DeviceCodeJson | null {
  const code = readDeviceCode(path);
  return code === null ? null : deviceCodeJson(code);
}

test("code for each architecture, exact ones, families and PTX", { skip }, async () => {
  const expected = { cubin: ["8.0", "9.0a", "10.0f", "12.0"], ptx: ["9.0a", "12.0"] };
  const path = await manyKernels();
  assert.deepEqual(read(path), expected);
  assert.equal(showDeviceCode(expected), "8.0, 9.0a, 10.0f, 12.0; PTX 9.0a, 12.0");
});

test("compressed; and what a link adds for an architecture of its own is no code", { skip }, async () => {
  const path = await kernels(
    "lib.so",
    ["-c", "--compress-mode=size", "-o", "kernel.o", "kernel.cu", ...codeFor("sm_90")],
    ["-shared", "-o", "lib.so", "kernel.o", "-arch=sm_80"],
  );
  assert.deepEqual(read(path), { cubin: ["9.0"] });
});

test("a variable alone is code", { skip }, async () => {
  const flags = ["-shared", "-DVARIABLE_ALONE", "-o", "lib.so", "kernel.cu", ...codeFor("sm_80")];
  assert.deepEqual(read(await kernels("lib.so", flags)), { cubin: ["8.0"] });
});

test("relocatable code: what was linked, and what it was linked from", { skip }, async () => {
  const path = await kernels(
    "lib.so",
    ["-c", "-rdc=true", "-o", "kernel.o", "kernel.cu", ...codeFor("sm_80", "compute_80", "lto_90")],
    ["-shared", "-o", "lib.so", "kernel.o", "-arch=sm_80"],
  );
  assert.deepEqual(read(path), { cubin: ["8.0"], ptx: ["8.0"], lto: ["9.0"] });
});

test("a library without code for GPUs, and what is no library", (t) => {
  const folder = scratch(t);
  const path = library(join(folder, "plain.so"), "int one = 1;");
  assert.equal(read(path), null);
  writeFileSync(join(folder, "text.so"), "INPUT(-lfoo)");
  assert.equal(read(join(folder, "text.so")), null);
  assert.equal(read(join(folder, "absent.so")), null);
});

/** Little-endian numbers, as `[width, value]`, and text. */
function bytesOf(...parts: readonly (readonly [number, number] | string)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === "string") return Buffer.from(part, "latin1");
      const bytes = Buffer.alloc(part[0]);
      bytes.writeUIntLE(part[1], 0, Math.min(6, part[0]));
      return bytes;
    }),
  );
}

/** A library with `content` in a section. */
function withSection(folder: string, section: string, content: Buffer): string {
  const source = join(folder, "content");
  writeFileSync(source, content);
  const lines = [`.section ${section},\\"a\\"`, ".p2align 12", `.incbin \\"${source}\\"`, ".previous"];
  return library(join(folder, "made.so"), `__asm__("${lines.join("\\n")}");`);
}

/** A fatbin of one entry for sm_80, or what a test makes of it. */
function fatbin({
  magic = 0xba55ed50,
  version = 1,
  size = 72,
  kind = 2,
  arch = 80,
  flags = 0x11,
} = {}): Buffer {
  const region = bytesOf([4, magic], [2, version], [2, 16], [8, size]);
  const entry = bytesOf(
    [2, kind],
    [2, 0x101],
    [4, 64],
    [8, 8],
    [8, 0],
    [4, 0],
    [4, arch],
    [8, 0],
    [8, flags],
  );
  return Buffer.concat([region, entry, bytesOf([8, 0], [8, 0]), bytesOf("sass....")]);
}

test("a layout that is not known is not told to be wrong", (t) => {
  const folder = scratch(t);
  const whole = fatbin();
  const many = Buffer.concat([
    fatbin({ size: 72 * 200_001 }),
    ...Array<Buffer>(200_000).fill(whole.subarray(16)),
  ]);
  const cases: readonly (readonly [string, Buffer, DeviceCodeJson])[] = [
    ["as it should be", whole, { cubin: ["8.0"] }],
    [
      "two of them, padded",
      Buffer.concat([whole, Buffer.alloc(40), fatbin({ arch: 90 })]),
      { cubin: ["8.0", "9.0"] },
    ],
    ["other magic", fatbin({ magic: 0x466243b1 }), { unknown: "a fatbin starts with 0x466243b1" }],
    [
      "other version",
      fatbin({ version: 2 }),
      { unknown: "a fatbin has the unknown version 2 (header of 16 bytes)" },
    ],
    [
      "after one that is known",
      Buffer.concat([whole, fatbin({ kind: 64 })]),
      { cubin: ["8.0"], unknown: "a fatbin holds code of the unknown kind 64" },
    ],
    ["longer than its section", fatbin({ size: 4096 }), { unknown: "a fatbin is longer than its section" }],
    ["no end", fatbin({ size: 64 }), { unknown: "the sizes in a fatbin do not fit" }],
    ["cut in an entry", fatbin({ size: 40 }), { unknown: "an entry of a fatbin is cut short" }],
    ["cut in its header", whole.subarray(0, 12), { unknown: "a fatbin is cut short" }],
    [
      "no architecture",
      fatbin({ arch: 5 }),
      { unknown: "a fatbin holds code for the unknown architecture 5 (flags 0x11)" },
    ],
    [
      "exact and a family",
      fatbin({ flags: 0x300011 }),
      { unknown: "a fatbin holds code for the unknown architecture 80 (flags 0x300011)" },
    ],
    ["more than any library has", many, { cubin: ["8.0"], unknown: "a fatbin has more than 200000 entries" }],
    ["zeros", Buffer.alloc(9000), { unknown: "a fatbin starts with 0x0" }],
  ];
  for (const [name, content, expected] of cases)
    assert.deepEqual(read(withSection(folder, ".nv_fatbin", content)), expected, name);
});

/** An offload bundle for these targets, each with 8 bytes of code, as clang's documentation describes it. */
function bundle(...targets: readonly string[]): Buffer {
  const entries = targets.map((target) => bytesOf([8, 4096], [8, 8], [8, target.length], target));
  const head = Buffer.concat([bytesOf("__CLANG_OFFLOAD_BUNDLE__", [8, targets.length]), ...entries]);
  return Buffer.concat([head, Buffer.alloc(4096 - head.length), bytesOf("code....")]);
}

test("code for AMD GPUs is listed", (t) => {
  const folder = scratch(t);
  const host = "host-x86_64-unknown-linux-gnu";
  const first = bundle(host, "hipv4-amdgcn-amd-amdhsa--gfx90a:xnack-", "hipv4-amdgcn-amd-amdhsa--gfx1100");
  const second = bundle(host, "hip-amdgcn-amd-amdhsa--gfx942");
  const both = Buffer.concat([first, Buffer.alloc(8192 - first.length), second]);
  const listed = { rocm: ["gfx1100", "gfx90a:xnack-", "gfx942"] };
  assert.deepEqual(read(withSection(folder, ".hip_fatbin", both)), listed);
  assert.equal(showDeviceCode(listed), "ROCm gfx1100, gfx90a:xnack-, gfx942");
  const cases: readonly (readonly [Buffer, DeviceCodeJson])[] = [
    [bytesOf("CCOB", [2, 2], [2, 1]), { unknown: "its code for AMD GPUs is compressed" }],
    [bytesOf("something else"), { unknown: "its code for AMD GPUs is not an offload bundle" }],
    [
      first.subarray(0, 2000),
      { rocm: ["gfx1100", "gfx90a:xnack-"], unknown: "the sizes in an offload bundle do not fit" },
    ],
  ];
  for (const [content, expected] of cases)
    assert.deepEqual(read(withSection(folder, ".hip_fatbin", content)), expected);
});

test("any bytes give an answer", { skip }, async (t) => {
  const original = readFileSync(await manyKernels());
  const seed = testSeed(300);
  t.diagnostic(`seed ${seed}: REBUILD_IF_NEEDED_SEED=${seed} repeats it`);
  const random = seeded(seed);
  const path = join(scratch(t), "mutant.so");
  const headers = placesOf(original);
  const answers = new Map<string, number>();
  for (let round = 0; round < 300; round++) {
    const bytes = Buffer.from(original);
    const mutations = 1 + random.below(4);
    for (let i = 0; i < mutations; i++) {
      const { start, length } = random.pick(headers);
      bytes[start + random.below(length)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
    }
    writeFileSync(path, random.oneIn(10) ? bytes.subarray(0, random.below(bytes.length)) : bytes);
    const code = readDeviceCode(path);
    const answer = code === null ? "none" : code.unknown === null ? "all" : "unknown";
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
  }
  t.diagnostic(JSON.stringify([...answers]));
  assert.ok((answers.get("unknown") ?? 0) > 50, "the mutations reach the reader");
});

/** Where it hurts: the ELF header, the section headers, and the first bytes of every region and entry. */
function placesOf(original: Buffer): { start: number; length: number }[] {
  const sections = Number(original.readBigUInt64LE(40));
  const places = [
    { start: 0, length: 64 },
    { start: sections, length: original.length - sections },
  ];
  for (
    let at = original.indexOf("50ed55ba", 0, "hex");
    at >= 0;
    at = original.indexOf("50ed55ba", at + 1, "hex")
  )
    places.push({ start: at, length: 16 }, { start: at + 16, length: 64 }, { start: at, length: 2048 });
  return places;
}
