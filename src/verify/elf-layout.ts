import { type ElfBytes, MalformedElf } from "./elf-bytes.ts";
import { type ElfHeader, readHeader } from "./elf-header.ts";
import { type Segments, type Span, readSegments } from "./elf-segments.ts";

/** Tags of the dynamic segment that matter here (System V ABI, and GNU's additions). */
export const DT = {
  needed: 1,
  pltRelSize: 2,
  hash: 4,
  strtab: 5,
  symtab: 6,
  rela: 7,
  relaSize: 8,
  relaEntry: 9,
  init: 12,
  soname: 14,
  rpath: 15,
  rel: 17,
  relSize: 18,
  pltRel: 20,
  textRel: 22,
  jmpRel: 23,
  initArray: 25,
  initArraySize: 27,
  runpath: 29,
  flags: 30,
  relr: 36,
  gnuHash: 0x6ffffef5,
  versym: 0x6ffffff0,
  relaCount: 0x6ffffff9,
  flags1: 0x6ffffffb,
  verdef: 0x6ffffffc,
  verneed: 0x6ffffffe,
} as const;

/** A linker writes a few dozen entries; more than this is not a dynamic segment. */
const MOST_DYNAMIC_ENTRIES = 100_000;
const DF_1_NOOPEN = 0x40;
const DF_1_PIE = 0x08000000;
/** Machines whose relocations are all of the form with an addend: x86-64, aarch64, riscv. */
const RELA_ONLY: ReadonlySet<number> = new Set([62, 183, 243]);

/** Where the tables of a library lie. Built from program headers alone: section headers may be stripped. */
export interface ElfLayout extends Omit<Segments, "dynamic"> {
  readonly bytes: ElfBytes;
  readonly is64: boolean;
  readonly machine: number;
  readonly soname: string | null;
  readonly needed: readonly string[];
  readonly runpath: readonly string[];
  readonly rpath: readonly string[];
  /** Why no process can load it beside itself, or null: it is a program, or forbids it. */
  readonly refusal: string | null;
  /** Value of a dynamic tag, or null when there is none. */
  tag(tag: number): number | null;
  /** Where the table that a tag points to lies, or null without that tag; throws when it is not in the file. */
  table(tag: number): Span | null;
  /** The dynamic string table. (DT_STRSZ is for tools.) */
  readonly strings: Span;
}

export function readLayout(bytes: ElfBytes): ElfLayout {
  const header = readHeader(bytes);
  const segments = readSegments(bytes, header);
  const dynamic = readDynamic(bytes, header.is64, segments);
  const tags = new Map(dynamic.map((entry) => [entry.tag, entry.value]));
  const tag = (wanted: number): number | null => tags.get(wanted) ?? null;
  checkDynamic(header, tag);
  const table = rememberTables(tag, segments);
  const strings = table(DT.strtab);
  if (strings === null) throw new MalformedElf("it has no dynamic string table");
  const text = (at: number): string => bytes.text(strings.start + at, strings.end);
  const all = (wanted: number): string[] =>
    dynamic.filter((entry) => entry.tag === wanted).map((entry) => text(entry.value));
  const paths = (wanted: number): string[] => all(wanted).flatMap((list) => list.split(":").filter(Boolean));
  return {
    ...segments,
    bytes,
    is64: header.is64,
    machine: header.machine,
    soname: all(DT.soname)[0] ?? null,
    needed: all(DT.needed),
    runpath: paths(DT.runpath),
    rpath: paths(DT.rpath),
    refusal: refusalOf(header, tag),
    tag,
    table,
    strings,
  };
}

/** Ends at the entry DT_NULL, wherever the program header says that it ends. */
function readDynamic(bytes: ElfBytes, is64: boolean, segments: Segments): { tag: number; value: number }[] {
  if (segments.dynamic === null) throw new MalformedElf("it has no dynamic segment");
  const size = is64 ? 16 : 8;
  const entries: { tag: number; value: number }[] = [];
  for (let i = 0; i < MOST_DYNAMIC_ENTRIES; i++) {
    const at = segments.offsetOf(segments.dynamic + i * size, size);
    const tag = is64 ? bytes.u64(at) : bytes.u32(at);
    if (tag === 0) return entries;
    entries.push({ tag, value: is64 ? bytes.u64(at + 8) : bytes.u32(at + 4) });
  }
  throw new MalformedElf("its dynamic segment has no end");
}

/** Entries that the loader takes to be there when it has found the first. */
const TOGETHER: readonly (readonly number[])[] = [
  [DT.rela, DT.relaSize],
  [DT.rel, DT.relSize],
  [DT.jmpRel, DT.pltRelSize, DT.pltRel],
  [DT.initArray, DT.initArraySize],
];

/** What glibc asserts or relies on; a library that fails it ends the process. */
function checkDynamic({ machine }: ElfHeader, tag: (wanted: number) => number | null): void {
  for (const tags of TOGETHER) {
    const found = tags.filter((wanted) => tag(wanted) !== null);
    if (found.length % tags.length !== 0) throw new MalformedElf("its dynamic segment is incomplete");
  }
  if (!RELA_ONLY.has(machine)) return;
  if (tag(DT.pltRel) !== null && tag(DT.pltRel) !== DT.rela) {
    throw new MalformedElf("its relocations are of an unknown kind");
  }
  if (tag(DT.rela) !== null && tag(DT.relaEntry) !== 24) {
    throw new MalformedElf("its relocations have an unknown size");
  }
}

function refusalOf({ isProgram }: ElfHeader, tag: (wanted: number) => number | null): string | null {
  const flags = tag(DT.flags1) ?? 0;
  if (isProgram || (flags & DF_1_PIE) !== 0) return "it is a program, not a library";
  return (flags & DF_1_NOOPEN) !== 0 ? "it forbids being loaded (-z nodlopen)" : null;
}

/** They are asked for with each symbol. */
function rememberTables(
  tag: (wanted: number) => number | null,
  segments: Segments,
): (wanted: number) => Span | null {
  const known = new Map<number, Span | null>();
  return (wanted) => {
    const seen = known.get(wanted);
    if (seen !== undefined) return seen;
    const address = tag(wanted);
    const table = address === null ? null : segments.tableAt(address);
    known.set(wanted, table);
    return table;
  };
}

/** File offset of entry `index` of a table whose entries have `size` bytes. */
export function placeIn({ start, end }: Span, index: number, size: number): number {
  const at = start + index * size;
  if (at < start || at + size > end) throw new MalformedElf(`a table has no entry ${index} in the file`);
  return at;
}
