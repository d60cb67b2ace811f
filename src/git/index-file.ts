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

class Entry implements IndexFileEntry {
  readonly path: RepoPath;
  readonly mode: string;
  readonly stage: number;
  readonly flagged: boolean;
  readonly skipped: boolean;
  readonly #bytes: Buffer;
  readonly #at: number;
  readonly #hashBytes: number;
  readonly #writtenNs: bigint;

  constructor(
    bytes: Buffer,
    at: number,
    path: RepoPath,
    flags: Pick<IndexFileEntry, "stage" | "flagged" | "skipped">,
    hashBytes: number,
    writtenNs: bigint,
  ) {
    this.path = path;
    this.mode = modeText(bytes.readUInt32BE(at + 24));
    this.stage = flags.stage;
    this.flagged = flags.flagged;
    this.skipped = flags.skipped;
    this.#bytes = bytes;
    this.#at = at;
    this.#hashBytes = hashBytes;
    this.#writtenNs = writtenNs;
  }

  /** Made when asked for: most entries are no inputs. */
  get oid(): string {
    return this.#bytes.toString("hex", this.#at + STAT_BYTES, this.#at + STAT_BYTES + this.#hashBytes);
  }

  matches(stat: BigIntStats): boolean {
    const word = (offset: number): bigint => BigInt(this.#bytes.readUInt32BE(this.#at + offset));
    const isKind = this.mode === "120000" ? stat.isSymbolicLink() : stat.isFile();
    return (
      isKind &&
      stat.mtimeNs < this.#writtenNs &&
      stat.mtimeNs === word(8) * BILLION + word(12) &&
      stat.ctimeNs === word(0) * BILLION + word(4) &&
      BigInt.asUintN(32, stat.ino) === word(20) &&
      BigInt.asUintN(32, stat.size) === word(36)
    );
  }
}

const BILLION = 1_000_000_000n;

function parseEntries(bytes: Buffer, version: number, hashBytes: number, writtenNs: bigint): Entry[] | null {
  const end = bytes.length - hashBytes;
  const entries: Entry[] = [];
  let previous: Buffer = Buffer.alloc(0);
  let at = 12;
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    let name = at + STAT_BYTES + hashBytes + 2;
    if (name + 2 > end || bytes.readUInt32BE(at + 24) === SPARSE_FOLDER) return null;
    const flags = bytes.readUInt16BE(name - 2);
    const isExtended = (flags & EXTENDED) !== 0;
    const more = isExtended ? bytes.readUInt16BE(name) : 0;
    if (isExtended) name += 2;
    let kept: Buffer | null = null;
    if (version === 4) {
      const dropped = readVarint(bytes, name);
      if (dropped === null || dropped.value > previous.length) return null;
      kept = previous.subarray(0, previous.length - dropped.value);
      name = dropped.next;
    }
    const nul = bytes.indexOf(0, name);
    if (nul === -1 || nul >= end) return null;
    const isWhole = kept === null || kept.length === 0;
    if (version === 4)
      previous = isWhole
        ? bytes.subarray(name, nul)
        : Buffer.concat([kept ?? previous, bytes.subarray(name, nul)]);
    const path = isWhole ? pathAt(bytes, name, nul) : pathAt(previous, 0, previous.length);
    const skipped = (more & SKIP_WORKTREE) !== 0;
    const flagged = skipped || (flags & ASSUME_VALID) !== 0 || (more & INTENT_TO_ADD) !== 0;
    const shown = { stage: (flags >> 12) & 3, flagged, skipped };
    entries.push(new Entry(bytes, at, path, shown, hashBytes, writtenNs));
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

function pathAt(bytes: Buffer, from: number, to: number): RepoPath {
  const text = bytes.toString("latin1", from, to); // no view of the bytes for each of 100,000 paths
  return NOT_ASCII.test(text) ? decodePath(bytes.subarray(from, to)) : text;
}

const NOT_ASCII = /[\u0080-\u00FF]/;
const modeTexts = new Map<number, string>();

function modeText(mode: number): string {
  let text = modeTexts.get(mode);
  if (text === undefined) modeTexts.set(mode, (text = mode.toString(8).padStart(6, "0")));
  return text;
}
