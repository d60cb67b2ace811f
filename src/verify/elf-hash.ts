import { MalformedElf } from "./elf-bytes.ts";
import { DT, type ElfLayout, placeIn } from "./elf-layout.ts";

const LONGEST_CHAIN = 1_000_000;
const LONGEST_NAME = 256;
const NONE: readonly number[] = [];

/** Where the parts of GNU's hash table lie in the file. */
interface GnuHash {
  readonly buckets: number;
  /** The first symbol that it holds; those before it are not for others. */
  readonly first: number;
  readonly bloomWords: number;
  readonly bloomShift: number;
  readonly bloomAt: number;
  readonly bucketsAt: number;
  readonly chainsAt: number;
  /** Where the readable bytes end. */
  readonly end: number;
}

const gnuHashes = new WeakMap<ElfLayout, GnuHash>();

/** Null: the library has System V's table alone. Read once for each library. */
function gnuHashOf(layout: ElfLayout): GnuHash | null {
  const known = gnuHashes.get(layout);
  if (known !== undefined) return known;
  const table = layout.table(DT.gnuHash);
  if (table === null) return null;
  const { bytes } = layout;
  const at = placeIn(table, 0, 16);
  const [buckets, bloomWords] = [bytes.u32(at), bytes.u32(at + 8)];
  const bucketsAt = at + 16 + bloomWords * (layout.is64 ? 8 : 4);
  const hash = {
    buckets,
    first: bytes.u32(at + 4),
    bloomWords,
    bloomShift: bytes.u32(at + 12) & 63,
    bloomAt: at + 16,
    bucketsAt,
    chainsAt: bucketsAt + buckets * 4,
    end: table.end,
  };
  gnuHashes.set(layout, hash);
  return hash;
}

/** Indices of the symbols that may be called `name`, by the hash table that the loader would use. */
export function symbolsCalled(layout: ElfLayout, name: string): Iterable<number> {
  const table = gnuHashOf(layout);
  if (table === null) return findBySysvHash(layout, name);
  const hash = gnuHash(name);
  return table.buckets > 0 && isInBloom(layout, table, hash) ? findByGnuHash(layout, table, hash) : NONE;
}

/** Refuses a hash table that would lead the loader out of the file. */
export function checkHash(layout: ElfLayout): void {
  const table = gnuHashOf(layout);
  if (table === null) return;
  const { buckets, first, bloomWords, bucketsAt, chainsAt, end } = table;
  if (buckets === 0) return; // it defines nothing that can be found
  const isPowerOfTwo = bloomWords > 0 && Number.isInteger(Math.log2(bloomWords));
  if (!isPowerOfTwo || chainsAt > end) throw new MalformedElf("its symbol hash table is damaged");
  const starts = layout.bytes.read(bucketsAt, buckets * 4);
  let last = first;
  for (let at = 0; at < starts.length; at += 4) {
    const start = starts.readUInt32LE(at);
    if (start !== 0 && start < first) throw new MalformedElf("its symbol hash table is damaged");
    last = Math.max(last, start);
  }
  if (last > first) placeIn({ start: chainsAt, end }, last - first, 4);
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
  const table = gnuHashOf(layout);
  const last = asked.reduce((one, other) => Math.max(one, other), 0);
  if (table === null || table.buckets === 0 || last < table.first) return () => false;
  const { buckets, first, bucketsAt, chainsAt, end } = table;
  if (chainsAt > end) return () => false;
  placeIn({ start: chainsAt, end }, last - first, 4);
  const words = layout.bytes.read(bucketsAt, buckets * 4);
  const chains = layout.bytes.read(chainsAt, (last - first + 1) * 4);
  return (index, nameAt) => {
    const hash = gnuHashAt(layout, nameAt);
    if (hash === null || index < first || !isInBloom(layout, table, hash)) return false;
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

function* findByGnuHash({ bytes }: ElfLayout, table: GnuHash, hash: number): Generator<number> {
  const { buckets, first, bucketsAt, chainsAt, end } = table;
  const start = bytes.u32(placeIn({ start: bucketsAt, end }, hash % buckets, 4));
  if (start < first) return;
  const chains = { start: chainsAt, end };
  for (let index = start; index - start < LONGEST_CHAIN; index++) {
    const entry = bytes.u32(placeIn(chains, index - first, 4));
    if (entry >>> 1 === hash >>> 1) yield index;
    if (entry % 2 === 1) return;
  }
}

/** The filter that spares most searches for what a library does not define. */
function isInBloom({ bytes, is64 }: ElfLayout, table: GnuHash, hash: number): boolean {
  const { bloomWords, bloomAt, bloomShift, end } = table;
  if (bloomWords === 0) return false;
  const bits = is64 ? 64 : 32;
  const word = bloomAt + (Math.floor(hash / bits) % bloomWords) * (bits / 8);
  if (word + bits / 8 > end) throw new MalformedElf("its symbol hash table is damaged");
  const hasBit = (bit: number): boolean => ((bytes.u8(word + (bit >>> 3)) >>> (bit & 7)) & 1) === 1;
  return hasBit(hash % bits) && hasBit(Math.floor(hash / 2 ** bloomShift) % bits);
}

function* findBySysvHash(layout: ElfLayout, name: string): Generator<number> {
  const { bytes } = layout;
  const table = layout.table(DT.hash);
  if (table === null) return;
  const words = (index: number): number => bytes.u32(placeIn(table, index, 4));
  const [buckets, symbols] = [words(0), words(1)];
  if (buckets === 0) return;
  let index = words(2 + (sysvHash(name) % buckets));
  for (let steps = 0; index !== 0 && index < symbols && steps < Math.min(symbols, LONGEST_CHAIN); steps++) {
    yield index;
    index = words(2 + buckets + index);
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
