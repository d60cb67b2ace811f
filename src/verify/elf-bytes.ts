import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { encodePath } from "../git/path-bytes.ts";

/** Thrown by every read that the file cannot answer; caught by the functions that are exported from elf.ts. */
export class MalformedElf extends Error {}

const BLOCK = 64 * 1024;
/** More than any dynamic string table, symbol hash or table of one symbol's entries needs in one read. */
const LONGEST_READ = 64 * 1024 * 1024;
const LONGEST_NAME = 64 * 1024;
/** Names that overlap could fill the memory; a real library uses a few MB of them. */
const MOST_TEXT = 128 * 1024 * 1024;
const MOST_BLOCKS = 1024;

interface Block {
  readonly bytes: Buffer;
  /** Of the same bytes: V8 reads numbers from it without a call. */
  readonly view: DataView;
}

const NOTHING = blockOf(Buffer.alloc(0));

/**
 * A file read by position, in blocks that are kept: a library of 500 MB costs the few blocks that are looked at.
 * All numbers of a file are hostile until proven good, so each read checks its own bounds.
 */
export class ElfBytes {
  readonly size: number;
  readonly #fd: number;
  readonly #blockSize: number;
  readonly #blocks = new Map<number, Block>();
  /** The block that was last looked at, and the file offset of its first byte. */
  #last = NOTHING;
  #lastStart = 0;
  #open = true;
  #textRead = 0;

  /** @param blockSize smaller where what is looked at lies far apart. */
  constructor(path: string, blockSize: number = BLOCK) {
    this.#fd = openSync(encodePath(path), "r");
    this.#blockSize = blockSize;
    const stat = fstatSync(this.#fd);
    this.size = stat.isFile() ? stat.size : 0;
  }

  close(): void {
    if (this.#open) closeSync(this.#fd);
    this.#open = false;
    this.#blocks.clear();
    this.#last = NOTHING;
  }

  read(offset: number, length: number): Buffer {
    const end = offset + length;
    if (!(offset >= 0 && length >= 0 && length <= LONGEST_READ && end <= this.size)) {
      throw new MalformedElf(`it points to byte ${end} of ${this.size}`);
    }
    const { bytes } = this.#blockAt(offset);
    const start = offset - this.#lastStart;
    if (start + length <= bytes.length) return bytes.subarray(start, start + length);
    return this.#readAcross(offset, length);
  }

  u8(offset: number): number {
    const { view } = this.#blockAt(offset);
    const at = offset - this.#lastStart;
    return at + 1 <= view.byteLength ? view.getUint8(at) : this.read(offset, 1).readUInt8(0);
  }

  u16(offset: number): number {
    const { view } = this.#blockAt(offset);
    const at = offset - this.#lastStart;
    return at + 2 <= view.byteLength ? view.getUint16(at, true) : this.read(offset, 2).readUInt16LE(0);
  }

  /** Millions of these are read: a slice for each would be most of the work. */
  u32(offset: number): number {
    const { view } = this.#blockAt(offset);
    const at = offset - this.#lastStart;
    return at + 4 <= view.byteLength ? view.getUint32(at, true) : this.read(offset, 4).readUInt32LE(0);
  }

  /** A 64-bit number; what exceeds 2^53 points outside any file, so losing its last bits does no harm. */
  u64(offset: number): number {
    return Number(this.read(offset, 8).readBigUInt64LE(0));
  }

  /** NUL-terminated text that must end before `limit`. */
  text(offset: number, limit: number): string {
    const end = Math.min(limit, this.size, offset + LONGEST_NAME);
    for (let length = 64; ; length *= 4) {
      const bytes = this.read(offset, Math.max(0, Math.min(length, end - offset)));
      const nul = bytes.indexOf(0);
      if (nul >= 0) {
        this.#textRead += nul;
        if (this.#textRead > MOST_TEXT) throw new MalformedElf("its names fill too much memory");
        return bytes.toString("latin1", 0, nul);
      }
      if (bytes.length < length) throw new MalformedElf("a name has no end");
    }
  }

  /** Whether the text at `offset` is exactly `name`, without decoding it. */
  hasText(offset: number, limit: number, name: string): boolean {
    if (offset + name.length + 1 > limit) return false;
    const bytes = this.read(offset, name.length + 1);
    return bytes[name.length] === 0 && bytes.toString("latin1", 0, name.length) === name;
  }

  #readAcross(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length;) {
      const at = offset + done;
      const block = this.#blockAt(at).bytes;
      const copied = block.copy(bytes, done, at - this.#lastStart);
      if (copied === 0) throw new MalformedElf("it was cut short while being read");
      done += copied;
    }
    return bytes;
  }

  /** The block around `offset`; `#lastStart` is then its start. */
  #blockAt(offset: number): Block {
    const within = offset - this.#lastStart;
    if (within >= 0 && within < this.#last.bytes.length) return this.#last;
    const index = Math.floor(offset / this.#blockSize);
    this.#last = this.#blocks.get(index) ?? this.#readBlock(index);
    this.#lastStart = index * this.#blockSize;
    return this.#last;
  }

  #readBlock(index: number): Block {
    const start = index * this.#blockSize;
    if (!(index >= 0 && start <= this.size))
      throw new MalformedElf(`it points to byte ${start} of ${this.size}`);
    const bytes = Buffer.alloc(Math.min(this.#blockSize, this.size - start));
    let done = 0;
    while (done < bytes.length) {
      const got = readSync(this.#fd, bytes, done, bytes.length - done, start + done);
      if (got === 0) throw new MalformedElf("it was cut short while being read");
      done += got;
    }
    if (this.#blocks.size >= MOST_BLOCKS) this.#blocks.clear();
    const block = blockOf(bytes);
    this.#blocks.set(index, block);
    return block;
  }
}

function blockOf(bytes: Buffer): Block {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}
