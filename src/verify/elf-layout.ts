import { type ElfBytes, MalformedElf } from "./elf-bytes.ts";

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;

/** Tags of the dynamic segment that matter here (System V ABI, and GNU's additions). */
export const DT = {
  needed: 1,
  pltRelSize: 2,
  hash: 4,
  strtab: 5,
  symtab: 6,
  rela: 7,
  relaSize: 8,
  strSize: 10,
  soname: 14,
  rpath: 15,
  rel: 17,
  relSize: 18,
  pltRel: 20,
  jmpRel: 23,
  runpath: 29,
  gnuHash: 0x6ffffef5,
  versym: 0x6ffffff0,
  verdef: 0x6ffffffc,
  verdefCount: 0x6ffffffd,
  verneed: 0x6ffffffe,
  verneedCount: 0x6fffffff,
} as const;

/** A linker writes a few dozen entries; more than this is not a dynamic segment. */
const MOST_DYNAMIC_ENTRIES = 100_000;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
}

/** Where the tables of a library lie. Built from program headers alone: section headers may be stripped. */
export interface ElfLayout {
  readonly bytes: ElfBytes;
  readonly is64: boolean;
  readonly machine: number;
  readonly interpreter: string | null;
  readonly soname: string | null;
  readonly needed: readonly string[];
  readonly runpath: readonly string[];
  readonly rpath: readonly string[];
  /** Value of a dynamic tag, or null when there is none. */
  tag(tag: number): number | null;
  /** File offset of a table of `length` bytes whose address is `address`. */
  offsetOf(address: number, length: number): number;
  /** Dynamic string table: file offset and end. */
  readonly strings: { readonly start: number; readonly end: number };
}

export function readLayout(bytes: ElfBytes): ElfLayout {
  const head = bytes.read(0, 16);
  const is64 = head[4] === 2;
  if (!is64 && head[4] !== 1) throw new MalformedElf(`it has the unknown class ${head[4]}`);
  const segments = readSegments(bytes, is64);
  const dynamic = readDynamic(bytes, is64, segments);
  const tags = new Map(dynamic.map((entry) => [entry.tag, entry.value]));
  const tag = (wanted: number): number | null => tags.get(wanted) ?? null;
  const offsetOf = (address: number, length: number): number => fileOffset(segments, address, length);
  const strings = stringTable(tag, offsetOf);
  const text = (at: number): string => bytes.text(strings.start + at, strings.end);
  const all = (wanted: number): string[] =>
    dynamic.filter((entry) => entry.tag === wanted).map((entry) => text(entry.value));
  const paths = (wanted: number): string[] => all(wanted).flatMap((list) => list.split(":").filter(Boolean));
  return {
    bytes,
    is64,
    machine: bytes.u16(18),
    interpreter: interpreterOf(bytes, segments),
    soname: all(DT.soname)[0] ?? null,
    needed: all(DT.needed),
    runpath: paths(DT.runpath),
    rpath: paths(DT.rpath),
    tag,
    offsetOf,
    strings,
  };
}

function readSegments(bytes: ElfBytes, is64: boolean): Segment[] {
  const table = is64 ? bytes.u64(32) : bytes.u32(28);
  const entrySize = bytes.u16(is64 ? 54 : 42);
  const count = bytes.u16(is64 ? 56 : 44);
  if (entrySize < (is64 ? 56 : 32)) throw new MalformedElf("its program headers are too small");
  const segments: Segment[] = [];
  for (let i = 0; i < count; i++) {
    const at = table + i * entrySize;
    const segment = is64
      ? {
          type: bytes.u32(at),
          offset: bytes.u64(at + 8),
          address: bytes.u64(at + 16),
          fileSize: bytes.u64(at + 32),
        }
      : {
          type: bytes.u32(at),
          offset: bytes.u32(at + 4),
          address: bytes.u32(at + 8),
          fileSize: bytes.u32(at + 16),
        };
    if (segment.type === PT_LOAD && segment.offset + segment.fileSize > bytes.size) {
      throw new MalformedElf(
        `it is cut short: ${segment.offset + segment.fileSize} bytes expected, ${bytes.size} there`,
      );
    }
    segments.push(segment);
  }
  return segments;
}

function readDynamic(
  bytes: ElfBytes,
  is64: boolean,
  segments: readonly Segment[],
): { tag: number; value: number }[] {
  const segment = segments.find(({ type }) => type === PT_DYNAMIC);
  if (segment === undefined) throw new MalformedElf("it has no dynamic segment");
  const entrySize = is64 ? 16 : 8;
  const count = Math.min(Math.floor(segment.fileSize / entrySize), MOST_DYNAMIC_ENTRIES);
  const entries: { tag: number; value: number }[] = [];
  for (let i = 0; i < count; i++) {
    const at = segment.offset + i * entrySize;
    const tag = is64 ? bytes.u64(at) : bytes.u32(at);
    if (tag === 0) break;
    entries.push({ tag, value: is64 ? bytes.u64(at + 8) : bytes.u32(at + 4) });
  }
  return entries;
}

function fileOffset(segments: readonly Segment[], address: number, length: number): number {
  for (const segment of segments) {
    const into = address - segment.address;
    if (segment.type === PT_LOAD && into >= 0 && into + length <= segment.fileSize)
      return segment.offset + into;
  }
  throw new MalformedElf(`a table at address 0x${address.toString(16)} is not in the file`);
}

function stringTable(
  tag: (wanted: number) => number | null,
  offsetOf: (address: number, length: number) => number,
): { start: number; end: number } {
  const address = tag(DT.strtab);
  const size = tag(DT.strSize);
  if (address === null || size === null) throw new MalformedElf("it has no dynamic string table");
  const start = offsetOf(address, size);
  return { start, end: start + size };
}

function interpreterOf(bytes: ElfBytes, segments: readonly Segment[]): string | null {
  const segment = segments.find(({ type }) => type === PT_INTERP);
  return segment === undefined ? null : bytes.text(segment.offset, segment.offset + segment.fileSize);
}
