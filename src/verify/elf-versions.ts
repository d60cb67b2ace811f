import { MalformedElf } from "./elf-bytes.ts";
import { DT, type ElfLayout } from "./elf-layout.ts";

/** "Of the library `file` I need the version `version`": the loader checks each before it binds anything. */
export interface NeededVersion {
  readonly file: string;
  readonly version: string;
  readonly weak: boolean;
}

/** Needed versions, as a list and by the index that symbols carry. */
export interface NeededVersions {
  readonly list: readonly NeededVersion[];
  readonly byIndex: ReadonlyMap<number, NeededVersion>;
}

/** Bit of a version index that hides a definition from references without a version. */
export const HIDDEN = 0x8000;
const VER_FLG_WEAK = 2;
const MOST_VERSIONS = 65_536;

/** Versions that this library requires of others (DT_VERNEED). */
export function neededVersions(layout: ElfLayout): NeededVersions {
  const { bytes, strings } = layout;
  const list: NeededVersion[] = [];
  const byIndex = new Map<number, NeededVersion>();
  const text = (at: number): string => bytes.text(strings.start + at, strings.end);
  let at = tableOffset(layout, DT.verneed);
  const count = Math.min(layout.tag(DT.verneedCount) ?? 0, MOST_VERSIONS);
  for (let left = count; at !== null && left > 0; left--) {
    const file = text(bytes.u32(at + 4));
    let aux = at + bytes.u32(at + 8);
    for (let names = bytes.u16(at + 2); names > 0; names--) {
      const needed = {
        file,
        version: text(bytes.u32(aux + 8)),
        weak: (bytes.u16(aux + 4) & VER_FLG_WEAK) !== 0,
      };
      if (list.push(needed) > MOST_VERSIONS) throw new MalformedElf("its version table has no end");
      byIndex.set(bytes.u16(aux + 6) & ~HIDDEN, needed);
      const step = bytes.u32(aux + 12);
      if (step === 0) break;
      aux += step;
    }
    const step = bytes.u32(at + 12);
    at = step === 0 ? null : at + step;
  }
  return { list, byIndex };
}

/** Versions that this library defines (DT_VERDEF), by index. Index 1 is the library's own name. */
export function definedVersions(layout: ElfLayout): Map<number, string> {
  const { bytes, strings } = layout;
  const versions = new Map<number, string>();
  let at = tableOffset(layout, DT.verdef);
  const count = Math.min(layout.tag(DT.verdefCount) ?? 0, MOST_VERSIONS);
  for (let left = count; at !== null && left > 0; left--) {
    const name = bytes.u32(at + bytes.u32(at + 12));
    versions.set(bytes.u16(at + 4) & ~HIDDEN, bytes.text(strings.start + name, strings.end));
    const step = bytes.u32(at + 16);
    at = step === 0 ? null : at + step;
  }
  return versions;
}

/** The version index of a symbol with its hidden bit, or null when the library has no versions. */
export function versionIndex(layout: ElfLayout, symbol: number): number | null {
  const address = layout.tag(DT.versym);
  return address === null ? null : layout.bytes.u16(layout.offsetOf(address + symbol * 2, 2));
}

function tableOffset(layout: ElfLayout, tag: number): number | null {
  const address = layout.tag(tag);
  return address === null ? null : layout.offsetOf(address, 16);
}
