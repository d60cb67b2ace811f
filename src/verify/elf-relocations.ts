import { MalformedElf } from "./elf-bytes.ts";
import { DT, type ElfLayout } from "./elf-layout.ts";

/** A library of 500 MB has some MB of relocations. */
const MOST_BYTES = 512 * 1024 * 1024;
const CHUNK = 16 * 1024;
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
export function relocatedSymbols(layout: ElfLayout): ReadonlySet<number> {
  const relaSize = layout.is64 ? 24 : 12;
  const relSize = layout.is64 ? 16 : 8;
  const pltSize = layout.tag(DT.pltRel) === DT.rela ? relaSize : relSize;
  const rela = tableOf(layout, DT.rela, DT.relaSize, relaSize);
  checkCount(layout, rela);
  const ground = groundOf(layout);
  const rel = tableOf(layout, DT.rel, DT.relSize, relSize);
  for (const table of [rela, rel, tableOf(layout, DT.jmpRel, DT.pltRelSize, pltSize)]) {
    if (table !== null) walk(ground, table);
  }
  checkStart(layout, ground.starters);
  return ground.used;
}

function groundOf(layout: ElfLayout): Ground {
  const array = layout.tag(DT.initArray) ?? 0;
  return {
    layout,
    types: TYPES[layout.machine],
    writesAnywhere: layout.tag(DT.textRel) !== null || ((layout.tag(DT.flags) ?? 0) & DF_TEXTREL) !== 0,
    array,
    arrayEnd: array + (layout.tag(DT.initArraySize) ?? 0),
    starters: new Set(),
    used: new Set(),
  };
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

/** What each relocation of a library is held against; asked for once, because there may be a million of them. */
interface Ground {
  readonly layout: ElfLayout;
  readonly types: { readonly relative: number; readonly indirect: number } | undefined;
  readonly writesAnywhere: boolean;
  /** DT_INIT_ARRAY, whose functions run first. */
  readonly array: number;
  readonly arrayEnd: number;
  /** Places of it that a relocation fills. */
  readonly starters: Set<number>;
  readonly used: Set<number>;
}

function walk(ground: Ground, { start, count, entrySize }: Table): void {
  const atOnce = Math.floor(CHUNK / entrySize);
  for (let done = 0; done < count; done += atOnce) {
    const entries = Math.min(atOnce, count - done);
    const bytes = ground.layout.bytes.read(start + done * entrySize, entries * entrySize);
    const chunk = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (ground.layout.is64) walkLong(ground, chunk, entries, entrySize);
    else for (let i = 0; i < entries; i++) ground.used.add(chunk.getUint32(i * entrySize + 4, true) >>> 8);
  }
}

function walkLong(
  { layout, types, writesAnywhere, ...ground }: Ground,
  chunk: DataView,
  entries: number,
  entrySize: number,
): void {
  let writable = { start: 0, end: 0 };
  let lastSymbol = 0; // tables are mostly sorted by symbol
  for (let i = 0; i < entries; i++) {
    const at = i * entrySize;
    const type = chunk.getUint32(at + 8, true);
    if (type === 0) continue; // R_..._NONE on every machine
    const symbol = chunk.getUint32(at + 12, true);
    if (symbol !== lastSymbol && symbol !== 0) ground.used.add(symbol);
    lastSymbol = symbol;
    if (writesAnywhere) continue;
    const target = longAt(chunk, at);
    if (target < writable.start || target + 8 > writable.end) writable = layout.writableAround(target, 8);
    const isStarter = target >= ground.array && target < ground.arrayEnd;
    if (isStarter) ground.starters.add(target - ground.array);
    const isCode = types !== undefined && (type === types.indirect || (isStarter && type === types.relative));
    if (isCode && !layout.isExecutable(longAt(chunk, at + 16))) throw new MalformedElf(NO_START);
  }
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

function longAt(bytes: DataView, at: number): number {
  return bytes.getUint32(at, true) + bytes.getUint32(at + 4, true) * 0x1_0000_0000;
}
