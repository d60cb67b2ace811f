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

/**
 * Parses the bytes of an index file.
 * @param writtenNs mtime of the index file in ns: an entry that is not older could have changed unseen.
 */
export function parseIndex(bytes: Buffer, writtenNs: bigint): IndexFileEntry[] | null {
  if (bytes.length < 32 || bytes.toString("latin1", 0, 4) !== "DIRC") return null;
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) return null;
  for (const hashBytes of [20, 32]) {
    const entries = parseEntries(bytes, version, hashBytes, writtenNs);
    if (entries !== null) return entries;
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

/** Most entries are no inputs: what nobody asks for is never made, and an entry is small. */
class Entry implements IndexFileEntry {
  readonly path: RepoPath;
  readonly #file: IndexFile;
  readonly #at: number;
  /** The entry's flags, and above them its extended ones. */
  readonly #flags: number;

  constructor(file: IndexFile, at: number, path: RepoPath, flags: number) {
    this.path = path;
    this.#file = file;
    this.#at = at;
    this.#flags = flags;
  }

  get mode(): string {
    return modeText(this.#file.bytes.readUInt32BE(this.#at + 24));
  }

  get oid(): string {
    const { bytes, hashBytes } = this.#file;
    return bytes.toString("hex", this.#at + STAT_BYTES, this.#at + STAT_BYTES + hashBytes);
  }

  get stage(): number {
    return (this.#flags >> 12) & 3;
  }

  get skipped(): boolean {
    return (this.#flags & (SKIP_WORKTREE << 16)) !== 0;
  }

  get flagged(): boolean {
    return (this.#flags & (ASSUME_VALID | ((SKIP_WORKTREE | INTENT_TO_ADD) << 16))) !== 0;
  }

  matches(stat: BigIntStats): boolean {
    const { bytes, writtenNs } = this.#file;
    const word = (offset: number): bigint => BigInt(bytes.readUInt32BE(this.#at + offset));
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

function parseEntries(bytes: Buffer, version: number, hashBytes: number, writtenNs: bigint): Entry[] | null {
  const file = { bytes, hashBytes, writtenNs };
  const text = bytes.toString("latin1"); // a path is a slice of it: no copy for each of 100,000
  const end = bytes.length - hashBytes;
  const entries: Entry[] = [];
  let previous = "";
  let at = 12;
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    let name = at + STAT_BYTES + hashBytes + 2;
    if (name + 2 > end || bytes.readUInt32BE(at + 24) === SPARSE_FOLDER) return null;
    let flags = bytes.readUInt16BE(name - 2);
    if ((flags & EXTENDED) !== 0) {
      flags |= bytes.readUInt16BE(name) << 16;
      name += 2;
    }
    let kept = "";
    if (version === 4) {
      const dropped = readVarint(bytes, name);
      if (dropped === null || dropped.value > previous.length) return null;
      kept = previous.slice(0, previous.length - dropped.value);
      name = dropped.next;
    }
    const nul = text.indexOf("\0", name);
    if (nul === -1 || nul >= end) return null;
    previous = kept + text.slice(name, nul);
    entries.push(new Entry(file, at, pathOf(previous), flags));
    at = version === 4 ? nul + 1 : at + (((nul - at) >> 3) + 1) * 8;
  }
  return hasOnlyKnownExtensions(bytes, at, end) ? entries : null;
}

/** Extensions whose name starts with a capital may be ignored; they end exactly where the checksum starts. */
function hasOnlyKnownExtensions(bytes: Buffer, from: number, end: number): boolean {
  let at = from;
  while (at + 8 <= end) {
    const first = bytes[at] ?? 0;
    if (first < 0x41 || first > 0x5a) return false;
    at += 8 + bytes.readUInt32BE(at + 4);
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
const modeTexts = new Map<number, string>();

function modeText(mode: number): string {
  let text = modeTexts.get(mode);
  if (text === undefined) modeTexts.set(mode, (text = mode.toString(8).padStart(6, "0")));
  return text;
}
