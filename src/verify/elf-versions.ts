import { MalformedElf } from "./elf-bytes.ts";
import { sysvHash } from "./elf-hash.ts";
import { DT, type ElfLayout, placeIn } from "./elf-layout.ts";

/** "Of the library `file` I need the version `version`": the loader checks each before it binds anything. */
export interface NeededVersion {
  readonly file: string;
  readonly version: string;
  readonly weak: boolean;
  /** Its hash is not that of its name, so that no library has it. */
  readonly isDamaged: boolean;
}

/** Versions by the index that symbols carry. */
export interface VersionTables {
  readonly list: readonly NeededVersion[];
  readonly needed: ReadonlyMap<number, NeededVersion>;
  /** Without index 1, the library's own name, which is no version of a symbol. */
  readonly defined: ReadonlyMap<number, string>;
  /** Whether the library has versions of its own, its name among them. */
  readonly definesSome: boolean;
  /** The highest index; 0 when there are no versions. */
  readonly highest: number;
}

/** Bit of a version index that hides a definition from references without a version. */
export const HIDDEN = 0x8000;
const VER_FLG_BASE = 1;
const VER_FLG_WEAK = 2;
const MOST_VERSIONS = 65_536;

export function readVersions(layout: ElfLayout): VersionTables {
  const { list, byIndex } = neededVersions(layout);
  const { versions, highest } = definedVersions(layout);
  const tables = {
    list,
    needed: byIndex,
    defined: versions,
    definesSome: highest > 0,
    highest: Math.max(highest, 0, ...byIndex.keys()),
  };
  if (tables.highest > 0 !== (layout.tag(DT.versym) !== null)) {
    throw new MalformedElf("its symbol versions are incomplete");
  }
  return tables;
}

/** The version index of a symbol with its hidden bit, or null when the library has no versions. */
export function versionIndex(layout: ElfLayout, symbol: number): number | null {
  const table = layout.table(DT.versym);
  return table === null ? null : layout.bytes.u16(placeIn(table, symbol, 2));
}

/** Versions that this library requires of others (DT_VERNEED). Counts are for tools: the loader follows the links. */
function neededVersions(layout: ElfLayout): { list: NeededVersion[]; byIndex: Map<number, NeededVersion> } {
  const { bytes, strings } = layout;
  const list: NeededVersion[] = [];
  const byIndex = new Map<number, NeededVersion>();
  const text = (at: number): string => bytes.text(strings.start + at, strings.end);
  for (const at of linked(bytes, tableOffset(layout, DT.verneed), 12)) {
    if (list.length === 0 && bytes.u16(at) !== 1)
      throw new MalformedElf("its version table has no known form");
    const file = text(bytes.u32(at + 4));
    for (const aux of linked(bytes, at + bytes.u32(at + 8), 12)) {
      const version = text(bytes.u32(aux + 8));
      const needed = {
        file,
        version,
        weak: (bytes.u16(aux + 4) & VER_FLG_WEAK) !== 0,
        isDamaged: bytes.u32(aux) !== sysvHash(version),
      };
      if (list.push(needed) > MOST_VERSIONS) throw new MalformedElf("its version table has no end");
      byIndex.set(bytes.u16(aux + 6) & ~HIDDEN, needed);
    }
  }
  return { list, byIndex };
}

/** Versions that this library defines (DT_VERDEF), by index. */
function definedVersions(layout: ElfLayout): { versions: Map<number, string>; highest: number } {
  const { bytes, strings } = layout;
  const versions = new Map<number, string>();
  let highest = 0;
  for (const at of linked(bytes, tableOffset(layout, DT.verdef), 16)) {
    const index = bytes.u16(at + 4) & ~HIDDEN;
    highest = Math.max(highest, index);
    if ((bytes.u16(at + 2) & VER_FLG_BASE) !== 0) continue;
    const name = bytes.u32(at + bytes.u32(at + 12));
    versions.set(index, bytes.text(strings.start + name, strings.end));
  }
  return { versions, highest };
}

/** Records of which each says, at `next`, how far away the following one is. */
function* linked(bytes: ElfLayout["bytes"], first: number | null, next: number): Generator<number> {
  let at = first;
  for (let left = MOST_VERSIONS; at !== null; left--) {
    if (left === 0) throw new MalformedElf("its version table has no end");
    yield at;
    const step = bytes.u32(at + next);
    at = step === 0 ? null : at + step;
  }
}

function tableOffset(layout: ElfLayout, tag: number): number | null {
  const address = layout.tag(tag);
  return address === null ? null : layout.offsetOf(address, 16);
}
