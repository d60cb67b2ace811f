import type { ElfBytes } from "./elf-bytes.ts";
import type { Section } from "./elf-sections.ts";
import type { GpuCode } from "./gpu-architectures.ts";

/** One entry of a fatbin: code of one kind for one architecture. */
export interface FatbinEntry extends GpuCode {
  /** Machine code with nothing in it: nvcc adds it when it links, for whatever `-arch` the link was given. */
  readonly isStub: boolean;
}

export interface Fatbin {
  readonly entries: readonly FatbinEntry[];
  /** Why not all of it was understood, to complete "Cannot tell ...: "; null when it was. */
  readonly unknown: string | null;
}

/** Sections of a library in which nvcc puts fatbins; the second one holds what a link with `-rdc=true` was made from. */
export const FATBIN_SECTIONS: ReadonlySet<string> = new Set([".nv_fatbin", "__nv_relfatbin"]);

/** A section is a row of regions: this magic, u16 version, u16 size of this header, u64 size of the entries behind it. */
const MAGIC = 0xba55ed50;
const REGION_HEADER = 16;
const ENTRY_HEADER = 64;
const LONGEST_HEADER = 4096;
const KINDS: ReadonlyMap<number, GpuCode["kind"]> = new Map([
  [1, "ptx"],
  [2, "cubin"],
  [8, "lto"],
]);
const FLAG_LZ4 = 0x2000;
const FLAG_ZSTD = 0x8000;
const FLAG_EXACT = 0x100000;
const FLAG_FAMILY = 0x200000;
/** libcublasLt, the largest that is known, has 5,700. */
const MOST_ENTRIES = 200_000;
/** A linker pads to the alignment of a section, which is 8 here. */
const LONGEST_PADDING = 4096;

/**
 * Walks the headers of a section; code is neither read nor unpacked. The format is not published: what is said here was
 * found by compiling for known architectures (nvcc 13.0; wheels of CUDA 11.8 to 13.5), so anything else is unknown, not
 * wrong.
 */
export function readFatbin(bytes: ElfBytes, { offset, size }: Section): Fatbin {
  const entries: FatbinEntry[] = [];
  const end = offset + size;
  if (end > bytes.size) return { entries, unknown: "its fatbins lie outside the file" };
  for (let at = skipPadding(bytes, offset, end); at < end; at = skipPadding(bytes, at, end)) {
    const region = regionAt(bytes, at, end);
    if (typeof region === "string") return { entries, unknown: region };
    const unknown = walkRegion(bytes, region, entries);
    if (unknown !== null) return { entries, unknown };
    at = region.end;
  }
  return { entries, unknown: null };
}

/** Where the next thing starts in a section whose parts are aligned. */
export function skipPadding(bytes: ElfBytes, at: number, end: number): number {
  if (at >= end || bytes.read(at, 1)[0] !== 0) return at;
  const limit = Math.min(end, at + LONGEST_PADDING);
  const padding = bytes.read(at, limit - at);
  const length = padding.findIndex((byte) => byte !== 0);
  return length < 0 ? limit : at + length;
}

function regionAt(bytes: ElfBytes, at: number, limit: number): { start: number; end: number } | string {
  if (at + REGION_HEADER > limit) return "a fatbin is cut short";
  if (bytes.u32(at) !== MAGIC) return `a fatbin starts with 0x${bytes.u32(at).toString(16)}`;
  const version = bytes.u16(at + 4);
  const headerSize = bytes.u16(at + 6);
  if (version !== 1 || headerSize < REGION_HEADER)
    return `a fatbin has the unknown version ${version} (header of ${headerSize} bytes)`;
  const start = at + headerSize;
  const end = start + bytes.u64(at + 8);
  return end > limit ? "a fatbin is longer than its section" : { start, end };
}

/** Adds what is in a region; gives why it was not understood to its end. */
function walkRegion(
  bytes: ElfBytes,
  { start, end }: { start: number; end: number },
  entries: FatbinEntry[],
): string | null {
  for (let at = start; at < end;) {
    if (at + ENTRY_HEADER > end) return "an entry of a fatbin is cut short";
    if (entries.length >= MOST_ENTRIES) return `a fatbin has more than ${MOST_ENTRIES} entries`;
    const headerSize = bytes.u32(at + 4);
    const next = at + headerSize + bytes.u64(at + 8);
    if (headerSize < ENTRY_HEADER || headerSize > LONGEST_HEADER || next > end)
      return "the sizes in a fatbin do not fit";
    const entry = entryAt(bytes, at, headerSize, next);
    if (typeof entry === "string") return entry;
    entries.push(entry);
    at = next;
  }
  return null;
}

function entryAt(bytes: ElfBytes, at: number, headerSize: number, end: number): FatbinEntry | string {
  const number = bytes.u16(at);
  const kind = KINDS.get(number);
  if (kind === undefined) return `a fatbin holds code of the unknown kind ${number}`;
  const architecture = bytes.u32(at + 28);
  const flags = bytes.u32(at + 40);
  const isBoth = (flags & FLAG_EXACT) !== 0 && (flags & FLAG_FAMILY) !== 0;
  if (architecture < 10 || architecture > 999 || isBoth)
    return `a fatbin holds code for the unknown architecture ${architecture} (flags 0x${flags.toString(16)})`;
  const suffix = (flags & FLAG_EXACT) !== 0 ? "a" : (flags & FLAG_FAMILY) !== 0 ? "f" : "";
  const isPlain = (flags & (FLAG_LZ4 | FLAG_ZSTD)) === 0;
  const isStub = kind === "cubin" && isPlain && isHollow(bytes, at + headerSize, end);
  return { kind, number: architecture, suffix, isStub };
}

/** Flags of sections that a GPU gets: SHF_ALLOC, SHF_EXECINSTR. Code without kernels may still hold variables. */
const LOADED = 0x2 | 0x4;
/** What nvcc 11 to 13 add has 5 to 10 sections. */
const MOST_STUB_SECTIONS = 16;

/** Whether machine code, which is 64-bit ELF, has no section that a GPU gets. */
function isHollow(bytes: ElfBytes, start: number, end: number): boolean {
  if (start + 64 > end || bytes.read(start, 5).toString("latin1") !== "\x7fELF\x02") return false;
  const table = start + bytes.u64(start + 40);
  const count = bytes.u16(start + 60);
  if (count === 0 || count > MOST_STUB_SECTIONS || table + count * 64 > end) return false;
  for (let i = 0; i < count; i++) if ((bytes.u32(table + i * 64 + 8) & LOADED) !== 0) return false;
  return true;
}
