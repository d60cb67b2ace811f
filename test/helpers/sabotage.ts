import { readFileSync } from "node:fs";
import { ElfBytes } from "../../src/verify/elf-bytes.ts";
import { DT, type ElfLayout, readLayout } from "../../src/verify/elf-layout.ts";
import type { Random } from "./seeded.ts";

/** A place of a library that is to be damaged. */
interface Place {
  readonly name: string;
  readonly start: number;
  readonly length: number;
}

/** Where things lie in a good 64-bit library. */
interface Anatomy {
  readonly bytes: Buffer;
  readonly places: readonly Place[];
  /** File offsets of names in the dynamic string table. */
  readonly needed: readonly { readonly entry: number; readonly name: number }[];
  readonly undefinedNames: readonly number[];
  readonly definedNames: readonly number[];
  readonly versions: readonly { readonly hash: number; readonly name: number }[];
  /** File offsets of program headers. */
  readonly segments: readonly number[];
}

export interface Damage {
  readonly kind: Sabotage;
  /** What was done, for people. */
  readonly text: string;
  /** Name of the place, for those kinds that have several. */
  readonly place: string;
  readonly bytes: Buffer;
}

export const SABOTAGES = [
  "undefined symbol renamed",
  "defined symbol renamed",
  "version bumped",
  "NEEDED removed",
  "NEEDED renamed",
  "section emptied",
  "segment removed",
  "file cut",
  "bytes flipped",
] as const;
export type Sabotage = (typeof SABOTAGES)[number];

/** Damages a copy of a good library in one way; null when the library has nothing of that kind. */
export function sabotage(path: string, kind: Sabotage, random: Random): Damage | null {
  const anatomy = dissect(path);
  const bytes = Buffer.from(anatomy.bytes);
  const done = damage(anatomy, bytes, kind, random);
  return done === null
    ? null
    : { kind, bytes: done.bytes ?? bytes, text: done.text, place: done.place ?? "" };
}

function damage(
  anatomy: Anatomy,
  bytes: Buffer,
  kind: Sabotage,
  random: Random,
): { text: string; place?: string; bytes?: Buffer } | null {
  switch (kind) {
    case "undefined symbol renamed":
      return anatomy.undefinedNames.length === 0
        ? null
        : rename(bytes, random.pick(anatomy.undefinedNames), random);
    case "defined symbol renamed":
      return anatomy.definedNames.length === 0
        ? null
        : rename(bytes, random.pick(anatomy.definedNames), random);
    case "version bumped": {
      if (anatomy.versions.length === 0) return null;
      const { hash, name } = random.pick(anatomy.versions);
      const done = rename(bytes, name, random);
      if (random.oneIn(2)) bytes.writeUInt32LE(sysvHash(textAt(bytes, name)), hash);
      return done;
    }
    case "NEEDED removed": {
      if (anatomy.needed.length === 0) return null;
      const { entry, name } = random.pick(anatomy.needed);
      bytes.writeBigUInt64LE(21n, entry); // DT_DEBUG, which means nothing in a library
      return { text: textAt(bytes, name) };
    }
    case "NEEDED renamed":
      return anatomy.needed.length === 0 ? null : rename(bytes, random.pick(anatomy.needed).name, random);
    case "section emptied": {
      const place = random.pick(anatomy.places.filter(({ name }) => !name.endsWith("header")));
      bytes.fill(0, place.start, place.start + place.length);
      return { text: place.name, place: place.name };
    }
    case "segment removed": {
      const header = random.pick(anatomy.segments);
      const type = bytes.readUInt32LE(header);
      bytes.writeUInt32LE(0, header);
      return { text: `type 0x${type.toString(16)}`, place: `segment 0x${type.toString(16)}` };
    }
    case "file cut": {
      const length = random.below(bytes.length);
      return { text: `at ${length} of ${bytes.length}`, bytes: bytes.subarray(0, length) };
    }
    case "bytes flipped":
      return flip(anatomy, bytes, random);
  }
}

function flip(anatomy: Anatomy, bytes: Buffer, random: Random): { text: string; place: string } {
  const place = random.pick(anatomy.places);
  const flips = Array.from({ length: 1 + random.below(3) }, () => {
    const at = place.start + random.below(place.length);
    const before = bytes[at] ?? 0;
    bytes[at] = random.oneIn(2) ? before ^ (1 << random.below(8)) : random.below(256);
    return `${within(anatomy, place, at)}: ${before} to ${bytes[at]}`;
  });
  return { text: `${place.name} ${flips.join(", ")}`, place: place.name };
}

/** Where in a place, with the tag of the entry for the dynamic segment. */
function within({ bytes }: Anatomy, place: Place, at: number): string {
  const into = at - place.start;
  if (place.name !== "dynamic") return `+${into}`;
  const tag = bytes.readBigUInt64LE(at - (into % 16));
  return `tag 0x${tag.toString(16)} ${into % 16 < 8 ? "itself" : "value"} +${into % 8}`;
}

function rename(bytes: Buffer, at: number, random: Random): { text: string } {
  const before = textAt(bytes, at);
  const index = at + random.below(Math.max(1, before.length));
  bytes[index] = bytes[index] === 0x5a ? 0x59 : 0x5a; // Z, or Y
  return { text: `${before} to ${textAt(bytes, at)}` };
}

function textAt(bytes: Buffer, at: number): string {
  return bytes.toString("latin1", at, bytes.indexOf(0, at));
}

const SYMBOL = 24;
const DYNAMIC = 2;

const dissected = new Map<string, Anatomy>();

function dissect(path: string): Anatomy {
  const known = dissected.get(path) ?? readAnatomy(path);
  dissected.set(path, known);
  return known;
}

function readAnatomy(path: string): Anatomy {
  const bytes = readFileSync(path);
  const reader = new ElfBytes(path);
  try {
    const layout = readLayout(reader);
    const headers = Number(bytes.readBigUInt64LE(32));
    const segments = Array.from({ length: bytes.readUInt16LE(56) }, (_, i) => headers + i * 56);
    const dynamic = segments.find((at) => bytes.readUInt32LE(at) === DYNAMIC) ?? 0;
    const dynamicStart = Number(bytes.readBigUInt64LE(dynamic + 8));
    const dynamicLength = Number(bytes.readBigUInt64LE(dynamic + 32));
    const symbols = symbolTable(bytes, layout);
    const names = (wanted: (symbol: number) => boolean): number[] =>
      symbols.filter(wanted).map((at) => layout.strings.start + bytes.readUInt32LE(at));
    const versions = neededVersionNames(bytes, layout);
    return {
      bytes,
      segments,
      needed: Array.from({ length: dynamicLength / 16 }, (_, i) => dynamicStart + i * 16)
        .filter((at) => bytes.readBigUInt64LE(at) === 1n)
        .map((entry) => ({ entry, name: layout.strings.start + Number(bytes.readBigUInt64LE(entry + 8)) })),
      undefinedNames: names((at) => bytes.readUInt16LE(at + 6) === 0 && bytes[at + 4] !== 0),
      definedNames: names((at) => bytes.readUInt16LE(at + 6) !== 0),
      versions: versions.names,
      places: [
        { name: "ELF header", start: 0, length: 64 },
        { name: "program header", start: headers, length: segments.length * 56 },
        { name: "dynamic", start: dynamicStart, length: dynamicLength },
        { name: "dynsym", start: symbols[0] ?? 0, length: symbols.length * SYMBOL },
        ...table(layout, "hash", DT.gnuHash, gnuHashLength(bytes, layout, symbols.length)),
        ...table(layout, "versym", DT.versym, symbols.length * 2),
        ...(versions.length === 0 ? [] : table(layout, "verneed", DT.verneed, versions.length)),
      ],
    };
  } finally {
    reader.close();
  }
}

function table(layout: ElfLayout, name: string, tag: number, length: number): Place[] {
  const address = layout.tag(tag);
  return address === null || length === 0 ? [] : [{ name, start: layout.offsetOf(address, 1), length }];
}

/** Offsets of all dynamic symbols: in every library the string table or the hash table follows them. */
function symbolTable(bytes: Buffer, layout: ElfLayout): number[] {
  const start = layout.offsetOf(layout.tag(DT.symtab) ?? 0, SYMBOL);
  const sections = Number(bytes.readBigUInt64LE(40));
  for (let i = 0; i < bytes.readUInt16LE(60); i++) {
    const header = sections + i * 64;
    if (bytes.readUInt32LE(header + 4) === 11) {
      const count = Number(bytes.readBigUInt64LE(header + 32)) / SYMBOL;
      return Array.from({ length: count }, (_, at) => start + at * SYMBOL);
    }
  }
  return [];
}

function gnuHashLength(bytes: Buffer, layout: ElfLayout, symbols: number): number {
  const address = layout.tag(DT.gnuHash);
  if (address === null) return 0;
  const at = layout.offsetOf(address, 16);
  const [buckets, first, words] = [
    bytes.readUInt32LE(at),
    bytes.readUInt32LE(at + 4),
    bytes.readUInt32LE(at + 8),
  ];
  return 16 + words * 8 + buckets * 4 + Math.max(0, symbols - first) * 4;
}

function neededVersionNames(
  bytes: Buffer,
  layout: ElfLayout,
): { names: { hash: number; name: number }[]; length: number } {
  const address = layout.tag(DT.verneed);
  const names: { hash: number; name: number }[] = [];
  if (address === null) return { names, length: 0 };
  const start = layout.offsetOf(address, 16);
  let length = 0;
  for (let entry = start; ; entry += bytes.readUInt32LE(entry + 12)) {
    let aux = entry + bytes.readUInt32LE(entry + 8);
    for (let left = bytes.readUInt16LE(entry + 2); left > 0; left--) {
      names.push({ hash: aux, name: layout.strings.start + bytes.readUInt32LE(aux + 8) });
      length = Math.max(length, aux + 16 - start);
      aux += bytes.readUInt32LE(aux + 12);
    }
    if (bytes.readUInt32LE(entry + 12) === 0) return { names, length };
  }
}

function sysvHash(name: string): number {
  let hash = 0;
  for (const character of Buffer.from(name, "latin1")) {
    hash = ((hash << 4) + character) >>> 0;
    hash = (hash ^ ((hash >>> 24) & 0xf0)) & 0x0fffffff;
  }
  return hash;
}
