/**
 * Reads git's index without git: a child process less on every look. Format: gitformat-index(5), versions 2 to 4.
 * What is not certain (split or sparse index, an unknown extension, a cut file) is null, and git is asked.
 */
import type { BigIntStats } from "node:fs";
import type { RepoPath } from "../model.ts";
import { decodePath } from "./path-bytes.ts";

/** One entry of the index with git's own stat of the file, as it was when git last knew it to be clean. */
export interface IndexFileEntry {
  readonly path: RepoPath;
  readonly mode: string;
  readonly oid: string;
  /** skip-worktree: a sparse checkout leaves the file out, unless somebody put it there. */
  readonly skipped: boolean;
  /** 0, or 1 to 3 in a merge. */
  readonly stage: number;
  /** assume-unchanged, skip-worktree or intent-to-add: git does not look at the file. */
  readonly flagged: boolean;
  /** True when `stat` is what git noted. A file that git calls racy never matches. */
  matches(stat: BigIntStats): boolean;
}

export interface ParsedIndex {
  /** In git's order: by the bytes of the path. */
  readonly entries: readonly IndexFileEntry[];
  /** All paths are ASCII, so that the order of their code units is the same. */
  readonly isAscii: boolean;
}

/**
 * Parses the bytes of an index file.
 * @param writtenNs mtime of the index file in ns: an entry that is not older could have changed unseen.
 */
export function parseIndex(bytes: Buffer, writtenNs: bigint): ParsedIndex | null {
  if (bytes.length < 32 || bytes.toString("latin1", 0, 4) !== "DIRC") return null;
  const version = uint32(bytes, 4);
  if (version < 2 || version > 4) return null;
  for (const hashBytes of [20, 32]) {
    const parsed = parseEntries(bytes, version, hashBytes, writtenNs);
    if (parsed !== null) return parsed;
  }
  return null;
}

const STAT_BYTES = 40;
const ASSUME_VALID = 0x8000;
const EXTENDED = 0x4000;
const SKIP_WORKTREE = 0x4000;
const INTENT_TO_ADD = 0x2000;
const SPARSE_FOLDER = 0o040000;

/** What all entries of one file share. */
interface IndexFile {
  readonly bytes: Buffer;
  readonly hashBytes: number;
  readonly writtenNs: bigint;
}

/** Most entries are no inputs: what nobody asks for is never made, and an entry is small. No `#`: it costs twice as much. */
class Entry implements IndexFileEntry {
  readonly path: RepoPath;
  private readonly file: IndexFile;
  private readonly at: number;
  /** The entry's flags, and above them its extended ones. */
  private readonly flags: number;

  constructor(file: IndexFile, at: number, path: RepoPath, flags: number) {
    this.path = path;
    this.file = file;
    this.at = at;
    this.flags = flags;
  }

  get mode(): string {
    return modeText(uint32(this.file.bytes, this.at + 24));
  }

  get oid(): string {
    const { bytes, hashBytes } = this.file;
    return bytes.toString("hex", this.at + STAT_BYTES, this.at + STAT_BYTES + hashBytes);
  }

  get stage(): number {
    return (this.flags >> 12) & 3;
  }

  get skipped(): boolean {
    return (this.flags & (SKIP_WORKTREE << 16)) !== 0;
  }

  get flagged(): boolean {
    return (this.flags & (ASSUME_VALID | ((SKIP_WORKTREE | INTENT_TO_ADD) << 16))) !== 0;
  }

  /** The same entry, its path read as UTF-8. */
  decoded(): Entry {
    return new Entry(this.file, this.at, pathOf(this.path), this.flags);
  }

  matches(stat: BigIntStats): boolean {
    const { bytes, writtenNs } = this.file;
    const word = (offset: number): bigint => BigInt(uint32(bytes, this.at + offset));
    const isKind = this.mode === "120000" ? stat.isSymbolicLink() : stat.isFile();
    return (
      isKind &&
      stat.mtimeNs < writtenNs &&
      stat.mtimeNs === word(8) * BILLION + word(12) &&
      stat.ctimeNs === word(0) * BILLION + word(4) &&
      BigInt.asUintN(32, stat.ino) === word(20) &&
      BigInt.asUintN(32, stat.size) === word(36)
    );
  }
}

const BILLION = 1_000_000_000n;
/** A name of this length or longer: its end must be sought. */
const LONG_NAME = 0xfff;

function parseEntries(
  bytes: Buffer,
  version: number,
  hashBytes: number,
  writtenNs: bigint,
): ParsedIndex | null {
  const file = { bytes, hashBytes, writtenNs };
  const text = bytes.toString("latin1"); // a path is a slice of it: no copy for each of 100,000
  const end = bytes.length - hashBytes;
  const entries: Entry[] = [];
  let isAscii = true;
  let previous = "";
  let at = 12;
  for (let left = uint32(bytes, 8); left > 0; left--) {
    let name = at + STAT_BYTES + hashBytes + 2;
    if (name + 2 > end || uint32(bytes, at + 24) === SPARSE_FOLDER) return null;
    let flags = uint16(bytes, name - 2);
    const length = flags & LONG_NAME;
    if ((flags & EXTENDED) !== 0) {
      flags |= uint16(bytes, name) << 16;
      name += 2;
    }
    let kept = "";
    if (version === 4) {
      const dropped = readVarint(bytes, name);
      if (dropped === null || dropped.value > previous.length) return null;
      kept = previous.slice(0, previous.length - dropped.value);
      name = dropped.next;
    }
    const nul = length === LONG_NAME ? text.indexOf("\0", name) : name + length - kept.length;
    if (nul < name || nul >= end || bytes[nul] !== 0) return null;
    previous = kept + text.slice(name, nul);
    isAscii &&= !NOT_ASCII.test(previous);
    entries.push(new Entry(file, at, previous, flags));
    at = version === 4 ? nul + 1 : at + (((nul - at) >> 3) + 1) * 8;
  }
  if (!hasOnlyKnownExtensions(bytes, at, end)) return null;
  return { entries: isAscii ? entries : entries.map((entry) => entry.decoded()), isAscii };
}

/** Extensions whose name starts with a capital may be ignored; they end exactly where the checksum starts. */
function hasOnlyKnownExtensions(bytes: Buffer, from: number, end: number): boolean {
  let at = from;
  while (at + 8 <= end) {
    const first = bytes[at] ?? 0;
    if (first < 0x41 || first > 0x5a) return false;
    at += 8 + uint32(bytes, at + 4);
  }
  return at === end;
}

/** Git's offset encoding: 7 bits a byte, each further byte adds one. */
function readVarint(bytes: Buffer, from: number): { value: number; next: number } | null {
  let at = from;
  let byte = bytes[at++] ?? 0;
  let value = byte & 127;
  while ((byte & 128) !== 0) {
    if (at >= bytes.length || at > from + 4) return null;
    byte = bytes[at++] ?? 0;
    value = (value + 1) * 128 + (byte & 127);
  }
  return { value, next: at };
}

function pathOf(bytes: string): RepoPath {
  return NOT_ASCII.test(bytes) ? decodePath(Buffer.from(bytes, "latin1")) : bytes;
}

const NOT_ASCII = /[\u0080-\u00FF]/;

/** Big-endian, without the checks of `Buffer`'s own readers: those are half of what an index costs. */
function uint32(bytes: Buffer, at: number): number {
  return uint16(bytes, at) * 0x10000 + uint16(bytes, at + 2);
}

function uint16(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function modeText(mode: number): string {
  if (mode === 0o100644) return "100644"; // nearly always
  return mode.toString(8).padStart(6, "0");
}
