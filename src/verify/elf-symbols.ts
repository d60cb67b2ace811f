import { MalformedElf } from "./elf-bytes.ts";
import { checkHash, ownLookup, symbolsCalled } from "./elf-hash.ts";
import { DT, type ElfLayout, placeIn } from "./elf-layout.ts";
import { relocatedSymbols } from "./elf-relocations.ts";
import { HIDDEN, type VersionTables, versionIndex } from "./elf-versions.ts";

/** A symbol that another library must define. */
export interface UndefinedSymbol {
  readonly name: string;
  /** Such as `GLIBCXX_3.4.30`; absent when any version will do. */
  readonly version?: string;
}

/** Symbols that the loader looks up for a library, and refuses it when it does not find them. */
export interface References {
  /** Those that it does not define itself. */
  readonly undefined: readonly UndefinedSymbol[];
  /** Those that it does, where a search in its own tables would not come to them. Empty when that was not asked. */
  readonly unfound: readonly UndefinedSymbol[];
}

interface Symbol {
  readonly nameOffset: number;
  readonly binding: number;
  readonly type: number;
  /** Hidden or internal: not looked up, and not found by others. */
  readonly isHidden: boolean;
  readonly section: number;
  readonly hasValue: boolean;
}

const STB_LOCAL = 0;
const STB_WEAK = 2;
const STT_TLS = 6;
/** NOTYPE, OBJECT, FUNC, COMMON, TLS and GNU_IFUNC: others are no definitions. */
const DEFINING_TYPES: ReadonlySet<number> = new Set([0, 1, 2, 5, STT_TLS, 10]);
const SHN_ABS = 0xfff1;

/**
 * Strong symbols that a relocation uses, which is what the loader looks up. (The dynamic symbol table has no reliable
 * length without section headers, and may name symbols that nothing uses.)
 */
export function readReferences(layout: ElfLayout, versions: VersionTables, alsoOwn: boolean): References {
  checkHash(layout);
  const strangers: UndefinedSymbol[] = [];
  const own: number[] = [];
  for (const index of relocatedSymbols(layout)) {
    const symbol = readSymbol(layout, index);
    const isDefined = symbol.section !== 0;
    if (symbol.binding === STB_LOCAL || symbol.isHidden) {
      if (!isDefined) throw new MalformedElf(`symbol ${index} is nowhere`);
    } else if (isDefined) own.push(index);
    else {
      const reference = referenceOf(layout, versions, index, symbol);
      if (symbol.binding !== STB_WEAK) strangers.push(reference); // weak ones are looked up too, and may be missing
    }
  }
  return { undefined: strangers, unfound: alsoOwn ? unfoundSymbols(layout, versions, own) : [] };
}

/** A big library has ten thousands of its own, so those to which its hash table plainly leads are passed over. */
function unfoundSymbols(
  layout: ElfLayout,
  versions: VersionTables,
  own: readonly number[],
): UndefinedSymbol[] {
  const isPlainlyFound = ownLookup(layout, own);
  const unfound: UndefinedSymbol[] = [];
  for (const index of own) {
    const symbol = readSymbol(layout, index);
    if (isDefinition(symbol) && isPlainlyFound(index, layout.strings.start + symbol.nameOffset)) continue;
    const reference = referenceOf(layout, versions, index, symbol);
    if (symbol.binding === STB_WEAK) continue;
    if (!definesSymbol(layout, versions, reference.name, reference.version)) unfound.push(reference);
  }
  return unfound;
}

/** Whether a reference to `name` would be bound to this library; the rules are those of glibc's check_match. */
export function definesSymbol(
  layout: ElfLayout,
  { defined }: VersionTables,
  name: string,
  version: string | undefined,
): boolean {
  for (const index of symbolsCalled(layout, name)) {
    const symbol = readSymbol(layout, index);
    if (symbol.section === 0 || symbol.binding === STB_LOCAL || symbol.isHidden) continue;
    if (!isDefinition(symbol)) continue;
    if (!layout.bytes.hasText(layout.strings.start + symbol.nameOffset, layout.strings.end, name)) continue;
    if (versionMatches(versionIndex(layout, index), defined, version)) return true;
  }
  return false;
}

function isDefinition({ type, hasValue, section }: Symbol): boolean {
  return DEFINING_TYPES.has(type) && (hasValue || section === SHN_ABS || type === STT_TLS);
}

/** A version that the tables lack makes the loader read whatever lies behind its own list. */
function referenceOf(
  layout: ElfLayout,
  versions: VersionTables,
  index: number,
  { nameOffset }: Symbol,
): UndefinedSymbol {
  const own = (versionIndex(layout, index) ?? 0) & ~HIDDEN;
  if (own > Math.max(1, versions.highest))
    throw new MalformedElf(`symbol ${index} has the unknown version ${own}`);
  const name = layout.bytes.text(layout.strings.start + nameOffset, layout.strings.end);
  const version = versions.needed.get(own)?.version ?? versions.defined.get(own);
  return version === undefined ? { name } : { name, version };
}

function versionMatches(
  index: number | null,
  versions: ReadonlyMap<number, string>,
  version: string | undefined,
): boolean {
  if (index === null) return true; // a library without versions satisfies all of them
  const own = index & ~HIDDEN;
  if (version === undefined) return own < 3 || (index & HIDDEN) === 0;
  const defined = versions.get(own);
  return defined === version || (defined === undefined && (index & HIDDEN) === 0);
}

function readSymbol(layout: ElfLayout, index: number): Symbol {
  const table = layout.table(DT.symtab);
  if (table === null) throw new MalformedElf("it has no dynamic symbol table");
  const { bytes, is64 } = layout;
  const at = placeIn(table, index, is64 ? 24 : 16);
  const word = bytes.u32(at + (is64 ? 4 : 12)); // st_info, st_other and st_shndx
  const visibility = (word >>> 8) & 3;
  return {
    nameOffset: bytes.u32(at),
    binding: (word >>> 4) & 15,
    type: word & 15,
    isHidden: visibility === 1 || visibility === 2,
    section: word >>> 16,
    hasValue: bytes.u32(at + (is64 ? 8 : 4)) !== 0 || (is64 && bytes.u32(at + 12) !== 0),
  };
}
