import { MalformedElf } from "./elf-bytes.ts";
import { DT, type ElfLayout } from "./elf-layout.ts";

const LONGEST_CHAIN = 1_000_000;

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
  const word = layout.is64 ? 8 : 4;
  const table = layout.tag(DT.gnuHash) ?? 0;
  const head = layout.offsetOf(table, 16);
  const buckets = bytes.u32(head);
  const firstSymbol = bytes.u32(head + 4);
  const bloomWords = bytes.u32(head + 8);
  if (buckets === 0 || bloomWords === 0) return;
  const hash = gnuHash(name);
  const bits = word * 8;
  const bloomAt = table + 16 + (Math.floor(hash / bits) % bloomWords) * word;
  const bloom = bytes.read(layout.offsetOf(bloomAt, word), word);
  const shifted = Math.floor(hash / 2 ** (bytes.u32(head + 12) & 63));
  if (!hasBit(bloom, hash % bits) || !hasBit(bloom, shifted % bits)) return;
  const bucketTable = table + 16 + bloomWords * word;
  const chainTable = bucketTable + buckets * 4;
  const start = bytes.u32(layout.offsetOf(bucketTable + (hash % buckets) * 4, 4));
  if (start < firstSymbol) return;
  for (let index = start; index - start < LONGEST_CHAIN; index++) {
    const entry = bytes.u32(layout.offsetOf(chainTable + (index - firstSymbol) * 4, 4));
    if (Math.floor(entry / 2) === Math.floor(hash / 2)) yield index;
    if (entry % 2 === 1) return;
  }
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

function hasBit(word: Buffer, bit: number): boolean {
  return (((word[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
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
