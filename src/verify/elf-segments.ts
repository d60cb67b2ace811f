import { type ElfBytes, MalformedElf } from "./elf-bytes.ts";
import type { ElfHeader } from "./elf-header.ts";

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const PT_RELRO = 0x6474e552;
const EXECUTE = 1;
const WRITE = 2;
const READ = 4;
/** The smallest page of any machine. */
const PAGE = 4096;
/** No library fills so much memory, and few machines have it. */
const MOST_MEMORY = 2 ** 36;

interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
}

/** File offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What the loader makes of a file's program headers: which bytes come to which addresses. */
export interface Segments {
  /** Address of the dynamic segment, or null when there is none. */
  readonly dynamic: number | null;
  readonly interpreter: string | null;
  /** File offset of `length` bytes at `address`; throws when they are not in the file, or not readable. */
  offsetOf(address: number, length: number): number;
  /** Where the table at `address` starts, and the readable bytes around it end; throws when it is not in the file. */
  tableAt(address: number): Span;
  /** The data, and the zeros that follow it, around `length` bytes at `address`; throws when they are not writable. */
  writableAround(address: number, length: number): { readonly start: number; readonly end: number };
  isExecutable(address: number): boolean;
}

export function readSegments(bytes: ElfBytes, header: ElfHeader): Segments {
  const all = Array.from({ length: header.segmentCount }, (_, i) => readSegment(bytes, header, i));
  const loaded = all.filter(({ type }) => type === PT_LOAD);
  const writable = loaded.filter(({ flags }) => (flags & WRITE) !== 0);
  const executable = loaded.filter(({ flags }) => (flags & EXECUTE) !== 0);
  const readable = loaded.filter(({ flags }) => (flags & (READ | WRITE)) !== 0);
  const segments: Segments = {
    dynamic: dynamicOf(all),
    interpreter: interpreterOf(bytes, all),
    offsetOf(address, length) {
      const segment = inFile(readable, address, length);
      return segment.offset + address - segment.address;
    },
    tableAt(address) {
      const segment = inFile(readable, address, 1);
      return {
        start: segment.offset + address - segment.address,
        end: segment.offset + segment.fileSize,
      };
    },
    writableAround(address, length) {
      const segment = writable.find((one) => holds(one, address, length));
      if (segment !== undefined) return { start: segment.address, end: segment.address + segment.memorySize };
      throw new MalformedElf(`the loader would write to 0x${address.toString(16)}, which is not its data`);
    },
    isExecutable: (address) => executable.some((segment) => holds(segment, address, 1)),
  };
  checkLoaded(bytes, loaded);
  for (const segment of all) checkProtected(segment, segments);
  return segments;
}

function readSegment(bytes: ElfBytes, { is64, segmentsAt }: ElfHeader, index: number): Segment {
  if (is64) {
    const at = segmentsAt + index * 56;
    return {
      type: bytes.u32(at),
      flags: bytes.u32(at + 4),
      offset: bytes.u64(at + 8),
      address: bytes.u64(at + 16),
      fileSize: bytes.u64(at + 32),
      memorySize: bytes.u64(at + 40),
    };
  }
  const at = segmentsAt + index * 32;
  return {
    type: bytes.u32(at),
    offset: bytes.u32(at + 4),
    address: bytes.u32(at + 8),
    fileSize: bytes.u32(at + 16),
    memorySize: bytes.u32(at + 20),
    flags: bytes.u32(at + 24),
  };
}

function checkLoaded(bytes: ElfBytes, loaded: readonly Segment[]): void {
  if (loaded.length === 0) throw new MalformedElf("it has nothing to load");
  let end = 0;
  for (const { offset, address, fileSize, memorySize } of loaded) {
    if (offset + fileSize > bytes.size) {
      throw new MalformedElf(`it is cut short: ${offset + fileSize} bytes expected, ${bytes.size} there`);
    }
    if ((address - offset) % PAGE !== 0) throw new MalformedElf("a segment is at an odd address");
    if (address < end) throw new MalformedElf("its segments overlap");
    end = address + memorySize;
  }
  const size = end - (loaded[0]?.address ?? 0);
  if (size > MOST_MEMORY) throw new MalformedElf(`it claims ${size} bytes of memory`);
}

/** The loader takes the right to write from what PT_GNU_RELRO names. */
function checkProtected({ type, address, memorySize }: Segment, segments: Segments): void {
  if (type === PT_RELRO) segments.writableAround(address, Math.max(1, memorySize - PAGE));
}

/** The last one that is not empty counts, by its address: its file offset is for tools. */
function dynamicOf(all: readonly Segment[]): number | null {
  const found = all.findLast(({ type }) => type === PT_DYNAMIC);
  return found === undefined || found.fileSize === 0 ? null : found.address;
}

function interpreterOf(bytes: ElfBytes, all: readonly Segment[]): string | null {
  const segment = all.find(({ type }) => type === PT_INTERP);
  return segment === undefined ? null : bytes.text(segment.offset, segment.offset + segment.fileSize);
}

function inFile(readable: readonly Segment[], address: number, length: number): Segment {
  for (const segment of readable) {
    const into = address - segment.address;
    if (into >= 0 && into + length <= segment.fileSize) return segment;
  }
  throw new MalformedElf(`a table at address 0x${address.toString(16)} is not in the file`);
}

function holds(segment: Segment, address: number, length: number): boolean {
  const into = address - segment.address;
  return into >= 0 && into + length <= segment.memorySize;
}
