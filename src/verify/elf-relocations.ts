import { MalformedElf } from "./elf-bytes.ts";
import { DT, type ElfLayout } from "./elf-layout.ts";

/** A library of 500 MB has some MB of relocations. */
const MOST_BYTES = 512 * 1024 * 1024;
const CHUNK = 64 * 1024;
const DF_TEXTREL = 4;

/** Types of relocations that matter beside "it names a symbol", by machine. */
const TYPES: Readonly<Record<number, { readonly relative: number; readonly indirect: number }>> = {
  62: { relative: 8, indirect: 37 },
  183: { relative: 1027, indirect: 1032 },
};

const NO_START = "what it runs first is not in its code";

interface Table {
  readonly start: number;
  readonly count: number;
  readonly entrySize: number;
}

/**
 * Indices of the symbols that relocations use, each once. On the way it is checked that they write into the library's
 * own data and start nothing but its code: else the loader, or the first initialiser, crashes. RELR tables hold
 * relative relocations only: no symbols.
 */
export function relocatedSymbols(layout: ElfLayout): Set<number> {
  const used = new Set<number>();
  const relaSize = layout.is64 ? 24 : 12;
  const relSize = layout.is64 ? 16 : 8;
  const pltSize = layout.tag(DT.pltRel) === DT.rela ? relaSize : relSize;
  const rela = tableOf(layout, DT.rela, DT.relaSize, relaSize);
  checkCount(layout, rela);
  const starters = new Set<number>();
  for (const table of [
    rela,
    tableOf(layout, DT.rel, DT.relSize, relSize),
    tableOf(layout, DT.jmpRel, DT.pltRelSize, pltSize),
  ]) {
    if (table !== null) walk(layout, table, used, starters);
  }
  checkStart(layout, starters);
  return used;
}

function tableOf(layout: ElfLayout, at: number, length: number, entrySize: number): Table | null {
  const address = layout.tag(at);
  const size = layout.tag(length);
  if (address === null || size === null || size === 0) return null;
  if (size > MOST_BYTES) throw new MalformedElf(`it claims ${size} bytes of relocations`);
  return { start: layout.offsetOf(address, size), count: Math.floor(size / entrySize), entrySize };
}

/** DT_RELACOUNT says how many of the first are relative; glibc asserts it. */
function checkCount(layout: ElfLayout, table: Table | null): void {
  const relative = TYPES[layout.machine]?.relative;
  const claimed = layout.tag(DT.relaCount) ?? 0;
  if (table === null || relative === undefined || claimed === 0) return;
  const last = table.start + (claimed - 1) * table.entrySize + 8;
  if (claimed > table.count || layout.bytes.u32(last) !== relative)
    throw new MalformedElf("its count of relative relocations is wrong");
}

function walk(
  layout: ElfLayout,
  { start, count, entrySize }: Table,
  used: Set<number>,
  starters: Set<number>,
): void {
  const writesAnywhere = layout.tag(DT.textRel) !== null || ((layout.tag(DT.flags) ?? 0) & DF_TEXTREL) !== 0;
  const atOnce = Math.floor(CHUNK / entrySize);
  for (let done = 0; done < count; done += atOnce) {
    const entries = Math.min(atOnce, count - done);
    const chunk = layout.bytes.read(start + done * entrySize, entries * entrySize);
    for (let i = 0; i < entries; i++) {
      const at = i * entrySize;
      if (!layout.is64) {
        used.add(chunk.readUInt32LE(at + 4) >>> 8);
        continue;
      }
      const type = chunk.readUInt32LE(at + 8);
      if (type === 0) continue; // R_..._NONE on every machine
      used.add(chunk.readUInt32LE(at + 12));
      if (!writesAnywhere) checkTarget(layout, chunk, at, type, starters);
    }
  }
}

/** @param starters receives the places of DT_INIT_ARRAY, whose functions run first. */
function checkTarget(
  layout: ElfLayout,
  chunk: Buffer,
  at: number,
  type: number,
  starters: Set<number>,
): void {
  const target = longAt(chunk, at);
  if (!layout.isWritable(target, 8)) {
    throw new MalformedElf(`a relocation writes to 0x${target.toString(16)}, which is not its data`);
  }
  const types = TYPES[layout.machine];
  const array = layout.tag(DT.initArray) ?? 0;
  const isStarter = target >= array && target < array + (layout.tag(DT.initArraySize) ?? 0);
  if (isStarter) starters.add(target - array);
  if (types === undefined || (type !== types.indirect && !(isStarter && type === types.relative))) return;
  if (!layout.isExecutable(longAt(chunk, at + 16))) throw new MalformedElf(NO_START);
}

/** DT_INIT lies in code, and each place of DT_INIT_ARRAY is filled by a relocation (or by RELR, which is not read). */
function checkStart(layout: ElfLayout, starters: ReadonlySet<number>): void {
  const init = layout.tag(DT.init);
  if (init !== null && !layout.isExecutable(init)) throw new MalformedElf(NO_START);
  if (!layout.is64 || layout.tag(DT.relr) !== null) return;
  const places = Math.floor((layout.tag(DT.initArraySize) ?? 0) / 8);
  if (places > starters.size) throw new MalformedElf(NO_START);
  for (let i = 0; i < places; i++) if (!starters.has(i * 8)) throw new MalformedElf(NO_START);
}

function longAt(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 0x1_0000_0000;
}
