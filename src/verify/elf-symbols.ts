import { MalformedElf } from "./elf-bytes.ts";
import { DT, type ElfLayout } from "./elf-layout.ts";
import { HIDDEN, type NeededVersions, versionIndex } from "./elf-versions.ts";

/** A symbol that another library must define. */
export interface UndefinedSymbol {
  readonly name: string;
  /** Such as `GLIBCXX_3.4.30`; absent when any version will do. */
  readonly version?: string;
}

interface Symbol {
  readonly nameOffset: number;
  readonly binding: number;
  readonly section: number;
}

const STB_LOCAL = 0;
const STB_WEAK = 2;
/** A library of 500 MB has some MB of relocations. */
const MOST_RELOCATION_BYTES = 512 * 1024 * 1024;
const RELOCATION_CHUNK = 64 * 1024;
const LONGEST_CHAIN = 1_000_000;

/**
 * Strong undefined symbols that a relocation uses, which is what the loader looks up. (The dynamic symbol table
 * has no reliable length without section headers, and may name symbols that nothing uses.)
 */
export function undefinedSymbols(layout: ElfLayout, needed: NeededVersions): UndefinedSymbol[] {
  const found: UndefinedSymbol[] = [];
  for (const index of relocatedSymbols(layout)) {
    const symbol = readSymbol(layout, index);
    if (symbol.section !== 0 || symbol.binding === STB_WEAK || symbol.binding === STB_LOCAL) continue;
    const name = layout.bytes.text(layout.strings.start + symbol.nameOffset, layout.strings.end);
    const version = needed.byIndex.get((versionIndex(layout, index) ?? 0) & ~HIDDEN)?.version;
    found.push(version === undefined ? { name } : { name, version });
  }
  return found;
}

/** Whether a reference to `name` would be bound to this library; the rules are those of glibc's check_match. */
export function definesSymbol(
  layout: ElfLayout,
  versions: ReadonlyMap<number, string>,
  name: string,
  version: string | undefined,
): boolean {
  const candidates =
    layout.tag(DT.gnuHash) === null ? findBySysvHash(layout, name) : findByGnuHash(layout, name);
  for (const index of candidates) {
    const symbol = readSymbol(layout, index);
    if (symbol.section === 0 || symbol.binding === STB_LOCAL) continue;
    if (!layout.bytes.hasText(layout.strings.start + symbol.nameOffset, layout.strings.end, name)) continue;
    if (versionMatches(versionIndex(layout, index), versions, version)) return true;
  }
  return false;
}

function versionMatches(
  index: number | null,
  versions: ReadonlyMap<number, string>,
  version: string | undefined,
): boolean {
  if (index === null) return true; // a library without versions satisfies all of them
  const own = index & ~HIDDEN;
  if (version === undefined) return own < 3 || (index & HIDDEN) === 0;
  const defined = own < 2 ? undefined : versions.get(own);
  return defined === version || (defined === undefined && (index & HIDDEN) === 0);
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
  const shifted = Math.floor(hash / 2 ** (bytes.u32(head + 12) & 31));
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

/** Indices of symbols that relocations use, each once. RELR tables hold relative relocations only: no symbols. */
function relocatedSymbols(layout: ElfLayout): Set<number> {
  const used = new Set<number>();
  const { is64 } = layout;
  const relaEntry = is64 ? 24 : 12;
  const relEntry = is64 ? 16 : 8;
  const pltEntry = layout.tag(DT.pltRel) === DT.rela ? relaEntry : relEntry;
  addSymbols(layout, layout.tag(DT.rela), layout.tag(DT.relaSize), relaEntry, used);
  addSymbols(layout, layout.tag(DT.rel), layout.tag(DT.relSize), relEntry, used);
  addSymbols(layout, layout.tag(DT.jmpRel), layout.tag(DT.pltRelSize), pltEntry, used);
  used.delete(0);
  return used;
}

function addSymbols(
  layout: ElfLayout,
  address: number | null,
  size: number | null,
  entrySize: number,
  used: Set<number>,
): void {
  if (address === null || size === null || size === 0) return;
  if (size > MOST_RELOCATION_BYTES) throw new MalformedElf(`it claims ${size} bytes of relocations`);
  const start = layout.offsetOf(address, size);
  const count = Math.floor(size / entrySize);
  const atOnce = Math.floor(RELOCATION_CHUNK / entrySize);
  for (let done = 0; done < count; done += atOnce) {
    const entries = Math.min(atOnce, count - done);
    const chunk = layout.bytes.read(start + done * entrySize, entries * entrySize);
    for (let i = 0; i < entries; i++) {
      // r_info: the symbol is the upper half on 64 bit, the upper 24 bits on 32 bit
      used.add(
        layout.is64 ? chunk.readUInt32LE(i * entrySize + 12) : chunk.readUInt32LE(i * entrySize + 4) >>> 8,
      );
    }
  }
}

function readSymbol(layout: ElfLayout, index: number): Symbol {
  const table = layout.tag(DT.symtab);
  if (table === null) throw new MalformedElf("it has no dynamic symbol table");
  const size = layout.is64 ? 24 : 16;
  const entry = layout.bytes.read(layout.offsetOf(table + index * size, size), size);
  const info = entry[layout.is64 ? 4 : 12] ?? 0;
  return {
    nameOffset: entry.readUInt32LE(0),
    binding: info >> 4,
    section: entry.readUInt16LE(layout.is64 ? 6 : 14),
  };
}

function hasBit(word: Buffer, bit: number): boolean {
  return (((word[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
}

function gnuHash(name: string): number {
  let hash = 5381;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 33) + name.charCodeAt(i)) >>> 0;
  return hash;
}

function sysvHash(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) {
    hash = ((hash << 4) + name.charCodeAt(i)) >>> 0;
    hash = (hash ^ ((hash >>> 24) & 0xf0)) & 0x0fffffff;
  }
  return hash;
}
