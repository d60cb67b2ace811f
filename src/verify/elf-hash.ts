import { MalformedElf } from "./elf-bytes.ts";
import { DT, type ElfLayout } from "./elf-layout.ts";

const LONGEST_CHAIN = 1_000_000;
const LONGEST_NAME = 256;

/** Indices of the symbols that may be called `name`, by the hash table that the loader would use. */
export function* symbolsCalled(layout: ElfLayout, name: string): Generator<number> {
  if (layout.tag(DT.gnuHash) === null) yield* findBySysvHash(layout, name);
  else yield* findByGnuHash(layout, name);
}

/** Refuses a hash table that would lead the loader out of the file. */
export function checkHash(layout: ElfLayout): void {
  const table = layout.tag(DT.gnuHash);
  if (table === null) return;
  const { bytes } = layout;
  const head = layout.offsetOf(table, 16);
  const [buckets, first, bloomWords] = [bytes.u32(head), bytes.u32(head + 4), bytes.u32(head + 8)];
  if (buckets === 0) return; // it defines nothing that can be found
  const isPowerOfTwo = bloomWords > 0 && Number.isInteger(Math.log2(bloomWords));
  if (!isPowerOfTwo) throw new MalformedElf("its symbol hash table is damaged");
  const bucketTable = table + 16 + bloomWords * (layout.is64 ? 8 : 4);
  const starts = bytes.read(layout.offsetOf(bucketTable, buckets * 4), buckets * 4);
  let last = first;
  for (let at = 0; at < starts.length; at += 4) {
    const start = starts.readUInt32LE(at);
    if (start !== 0 && start < first) throw new MalformedElf("its symbol hash table is damaged");
    last = Math.max(last, start);
  }
  if (last > first) layout.offsetOf(bucketTable + buckets * 4 + (last - first) * 4, 4);
}

/**
 * Tells, of a symbol that a library defines itself, whether a search for its name comes to it. A big library has ten
 * thousands of them, so this goes the other way: from the symbol to its place in the table. "No" may be wrong (a long
 * name, System V's table): then search.
 * @param asked all that will be asked for.
 */
export function ownLookup(
  layout: ElfLayout,
  asked: readonly number[],
): (index: number, nameAt: number) => boolean {
  const table = layout.tag(DT.gnuHash);
  if (table === null) return () => false;
  const { bytes } = layout;
  const head = layout.offsetOf(table, 16);
  const [buckets, first, bloomWords] = [bytes.u32(head), bytes.u32(head + 4), bytes.u32(head + 8)];
  const last = asked.reduce((one, other) => Math.max(one, other), 0);
  if (buckets === 0 || last < first) return () => false;
  const bucketTable = table + 16 + bloomWords * (layout.is64 ? 8 : 4);
  const words = bytes.read(layout.offsetOf(bucketTable, buckets * 4), buckets * 4);
  const length = (last - first + 1) * 4;
  const chains = bytes.read(layout.offsetOf(bucketTable + buckets * 4, length), length);
  return (index, nameAt) => {
    const hash = gnuHashAt(layout, nameAt);
    if (hash === null || index < first || !isInBloom(layout, hash)) return false;
    const start = words.readUInt32LE((hash % buckets) * 4);
    if (start < first || start > index) return false;
    for (let at = start; at < index; at++) if (chains.readUInt32LE((at - first) * 4) % 2 === 1) return false;
    return chains.readUInt32LE((index - first) * 4) >>> 1 === hash >>> 1;
  };
}

/** Of a NUL-terminated name in the file; null when it is longer than most. */
function gnuHashAt({ bytes, strings }: ElfLayout, at: number): number | null {
  const text = bytes.read(at, Math.min(LONGEST_NAME, strings.end - at));
  const end = text.indexOf(0);
  if (end < 0) return null;
  let hash = 5381;
  for (let i = 0; i < end; i++) hash = (Math.imul(hash, 33) + (text[i] ?? 0)) >>> 0;
  return hash;
}

/** The hash of symbol and version names in System V's ABI. */
export function sysvHash(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) {
    hash = ((hash << 4) + name.charCodeAt(i)) >>> 0;
    hash = (hash ^ ((hash >>> 24) & 0xf0)) & 0x0fffffff;
  }
  return hash;
}

function* findByGnuHash(layout: ElfLayout, name: string): Generator<number> {
  const { bytes } = layout;
  const table = layout.tag(DT.gnuHash) ?? 0;
  const head = layout.offsetOf(table, 16);
  const buckets = bytes.u32(head);
  const firstSymbol = bytes.u32(head + 4);
  const hash = gnuHash(name);
  if (buckets === 0 || !isInBloom(layout, hash)) return;
  const bucketTable = table + 16 + bytes.u32(head + 8) * (layout.is64 ? 8 : 4);
  const chainTable = bucketTable + buckets * 4;
  const start = bytes.u32(layout.offsetOf(bucketTable + (hash % buckets) * 4, 4));
  if (start < firstSymbol) return;
  for (let index = start; index - start < LONGEST_CHAIN; index++) {
    const entry = bytes.u32(layout.offsetOf(chainTable + (index - firstSymbol) * 4, 4));
    if (entry >>> 1 === hash >>> 1) yield index;
    if (entry % 2 === 1) return;
  }
}

/** The filter that spares most searches for what a library does not define. */
function isInBloom(layout: ElfLayout, hash: number): boolean {
  const { bytes } = layout;
  const table = layout.tag(DT.gnuHash) ?? 0;
  const head = layout.offsetOf(table, 16);
  const bloomWords = bytes.u32(head + 8);
  if (bloomWords === 0) return false;
  const size = layout.is64 ? 8 : 4;
  const bits = size * 8;
  const at = table + 16 + (Math.floor(hash / bits) % bloomWords) * size;
  const word = layout.offsetOf(at, size);
  const hasBit = (bit: number): boolean => ((bytes.u8(word + (bit >>> 3)) >>> (bit & 7)) & 1) === 1;
  return hasBit(hash % bits) && hasBit(Math.floor(hash / 2 ** (bytes.u32(head + 12) & 63)) % bits);
}

function* findBySysvHash(layout: ElfLayout, name: string): Generator<number> {
  const { bytes } = layout;
  const table = layout.tag(DT.hash);
  if (table === null) return;
  const head = layout.offsetOf(table, 8);
  const buckets = bytes.u32(head);
  const symbols = bytes.u32(head + 4);
  if (buckets === 0) return;
  let index = bytes.u32(layout.offsetOf(table + 8 + (sysvHash(name) % buckets) * 4, 4));
  for (let steps = 0; index !== 0 && index < symbols && steps < Math.min(symbols, LONGEST_CHAIN); steps++) {
    yield index;
    index = bytes.u32(layout.offsetOf(table + 8 + (buckets + index) * 4, 4));
  }
}

let lastName = "";
let lastHash = 5381;

/** One name is looked up in many libraries in a row. */
function gnuHash(name: string): number {
  if (name === lastName) return lastHash;
  let hash = 5381;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 33) + name.charCodeAt(i)) >>> 0;
  lastName = name;
  lastHash = hash;
  return hash;
}
