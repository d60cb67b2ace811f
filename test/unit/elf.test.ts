import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { type Elf, readElf } from "../../src/verify/elf.ts";
import { createLoader } from "../../src/verify/resolve.ts";
import { readSystemLibraries } from "../../src/verify/search-path.ts";
import { library, put, scratch } from "../helpers/native.ts";
import { seeded, testSeed } from "../helpers/seeded.ts";

const EXPORTS = "int shared_value = 1; int one(void) { return 1; } int two(void) { return 2; }";

test("reads what the loader reads", (t) => {
  const folder = scratch(t);
  library(join(folder, "libdep.so"), EXPORTS, "-Wl,-soname,libdep.so.3");
  const path = library(
    join(folder, "libuser.so"),
    "int one(void); __attribute__((weak)) int maybe(void); int use(void) { return one() + (maybe ? maybe() : 0); }",
    `-L${folder}`,
    "-ldep",
    "-Wl,-soname,libuser.so.1,--enable-new-dtags,-rpath,$ORIGIN:/opt/none",
  );
  const elf = open(path);
  assert.equal(elf.soname, "libuser.so.1");
  assert.deepEqual(elf.needed.slice(0, 1), ["libdep.so.3"]);
  assert.deepEqual([elf.runpath, elf.rpath], [["$ORIGIN", "/opt/none"], []]);
  assert.deepEqual(undefinedNames(elf), ["one"], "weak ones may stay undefined");
  assert.deepEqual([elf.defines("use"), elf.defines("one"), elf.defines("nothing")], [true, false, false]);
  elf.close();
});

for (const style of ["gnu", "sysv", "both"]) {
  test(`finds definitions by ${style} hash`, (t) => {
    const source = Array.from({ length: 300 }, (_, i) => `int function_${i}(void) { return ${i}; }`).join(
      "\n",
    );
    const elf = open(library(join(scratch(t), "lib.so"), source, `-Wl,--hash-style=${style}`));
    for (let i = 0; i < 300; i++) assert.equal(elf.defines(`function_${i}`), true);
    for (let i = 300; i < 600; i++) assert.equal(elf.defines(`function_${i}`), false);
    elf.close();
  });
}

test("needs no section headers", (t) => {
  const path = library(
    join(scratch(t), "lib.so"),
    `${EXPORTS} int puts(const char*); int hi(void) { return puts("hi"); }`,
  );
  const whole = open(path);
  const bytes = readFileSync(path);
  bytes.fill(0, 0x28, 0x30); // e_shoff
  bytes.fill(0, 0x3a, 0x40); // e_shentsize, e_shnum, e_shstrndx
  writeFileSync(`${path}.stripped`, bytes);
  const stripped = open(`${path}.stripped`);
  assert.deepEqual([undefinedNames(stripped), undefinedNames(whole)], [["puts"], ["puts"]]);
  assert.equal(stripped.defines("two"), true);
  whole.close();
  stripped.close();
});

test("binds versions as the loader does", (t) => {
  const folder = scratch(t);
  const script = put(join(folder, "map"), "OLD_1.0 { global: call; };\nNEW_2.0 { global: call; } OLD_1.0;\n");
  const source = `int old_call(void) { return 1; } int new_call(void) { return 2; }
    __asm__(".symver old_call, call@OLD_1.0"); __asm__(".symver new_call, call@@NEW_2.0");`;
  const elf = open(library(join(folder, "libversioned.so"), source, `-Wl,--version-script=${script}`));
  assert.deepEqual([...(elf.versions ?? [])], ["OLD_1.0", "NEW_2.0"]);
  assert.equal(elf.defines("call", "OLD_1.0"), true);
  assert.equal(elf.defines("call", "NEW_2.0"), true);
  assert.equal(elf.defines("call", "NEWER_3.0"), false);
  assert.equal(elf.defines("call"), true);
  elf.close();
});

test("names what is not ELF, and what is broken", (t) => {
  const folder = scratch(t);
  const good = readFileSync(library(join(folder, "good.so"), EXPORTS));
  const bigEndian = Buffer.from(good);
  bigEndian[5] = 2;
  const cases: readonly (readonly [string, Buffer, string])[] = [
    ["empty", Buffer.alloc(0), "broken: it is empty"],
    ["text", Buffer.from("INPUT(-lfoo)"), "not-elf: not a library format that is known here"],
    ["macho", Buffer.from("cffaedfe0c000001", "hex"), "not-elf: Mach-O"],
    ["pe", Buffer.from("MZ\x90\0"), "not-elf: PE"],
    ["big", bigEndian, "not-elf: big-endian ELF"],
    ["magic", good.subarray(0, 9), "broken: it is cut short at 9 bytes"],
    ["half", good.subarray(0, good.length >> 2), "broken: it is cut short"],
  ];
  for (const [name, bytes, expected] of cases) {
    writeFileSync(join(folder, name), bytes);
    const read = readElf(join(folder, name));
    const said =
      read.kind === "elf" ? "elf" : `${read.kind}: ${read.kind === "broken" ? read.why : read.format}`;
    assert.ok(said.startsWith(expected), `${name}: ${said}`);
  }
  assert.deepEqual(readElf(join(folder, "absent")), { kind: "broken", why: "it cannot be read (ENOENT)" });
  assert.equal(readElf(folder).kind, "broken");
});

test("a folder that only ldconfig knows is not searched beside its cache", (t) => {
  const folder = scratch(t);
  const without = readSystemLibraries(folder).candidates("libx.so", 62);
  const cache = Buffer.alloc(48);
  cache.write("glibc-ld.so.cache1.1");
  writeFileSync(join(folder, "ld.so.cache"), cache);
  const withCache = readSystemLibraries(folder).candidates("libx.so", 62);
  assert.deepEqual(
    [without, withCache].map((paths) => paths.includes("/usr/local/lib/libx.so")),
    [true, false],
  );
  assert.ok(withCache.includes("/usr/lib/libx.so"));
});

test("any bytes give an answer", (t) => {
  const folder = scratch(t);
  const original = readFileSync(
    library(join(folder, "good.so"), `${EXPORTS} int puts(const char*); int hi(void) { return puts("hi"); }`),
  );
  const seed = testSeed(300);
  t.diagnostic(`seed ${seed}: REBUILD_IF_NEEDED_SEED=${seed} repeats it`);
  const random = seeded(seed).below;
  const path = join(folder, "mutant.so");
  const dynamic = sectionRange(join(folder, "good.so"), ".dynamic");
  const kinds = new Map<string, number>();
  for (let round = 0; round < 300; round++) {
    const bytes = Buffer.from(original);
    const mutations = 1 + random(8);
    for (let i = 0; i < mutations; i++) {
      // half of them where they hurt: headers, tables and the dynamic segment lie at known places
      const place = random(4);
      const at =
        place === 0
          ? random(0x400)
          : place === 1
            ? dynamic.start + random(dynamic.length)
            : random(0x1000 % bytes.length);
      bytes[at] = [0, 1, 0x7f, 0x80, 0xff, random(256)][random(6)] ?? 0;
    }
    writeFileSync(path, random(10) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes);
    const loader = createLoader({ interpreter: null, environment: {} });
    const read = loader.read(path);
    if (read.kind === "elf") {
      loader.resolve(read.elf);
      read.elf.defines("one", "ANY_1.0");
    }
    loader.close();
    kinds.set(read.kind, (kinds.get(read.kind) ?? 0) + 1);
  }
  t.diagnostic(JSON.stringify([...kinds]));
  assert.ok((kinds.get("broken") ?? 0) > 20, "the mutations reach the reader");
});

function open(path: string): Elf {
  const read = readElf(path);
  assert.equal(read.kind, "elf", JSON.stringify(read));
  if (read.kind !== "elf") throw new Error("unreachable");
  return read.elf;
}

function undefinedNames(elf: Elf): string[] {
  const references = elf.references();
  assert.equal(references.kind, "read", JSON.stringify(references));
  return references.kind === "read" ? references.undefined.map(({ name }) => name) : [];
}

function sectionRange(path: string, name: string): { start: number; length: number } {
  const line = execFileSync("readelf", ["-SW", path], { encoding: "utf8" })
    .split("\n")
    .find((text) => text.includes(` ${name} `));
  const [, , offset = "", size = ""] = (line ?? "")
    .slice((line ?? "").indexOf(name) + name.length)
    .trim()
    .split(/\s+/);
  return { start: parseInt(offset, 16), length: parseInt(size, 16) };
}
