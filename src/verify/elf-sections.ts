import { type ElfBytes, MalformedElf } from "./elf-bytes.ts";

/** A section of a file: its name and where its bytes lie. */
export interface Section {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** Its bytes are not in the file. */
const SHT_NOBITS = 8;
const HEADER_SIZE = 64;

/**
 * Sections of a 64-bit little-endian file; none where the section headers were stripped. The loader does without them,
 * so that they are broken does not mean that the file is.
 */
export function readSections(bytes: ElfBytes): Section[] {
  const table = bytes.u64(40);
  if (table === 0) return [];
  if (bytes.u16(58) !== HEADER_SIZE) throw new MalformedElf("its section headers have an unknown size");
  // numbers that do not fit into 16 bits are in the first header (System V ABI)
  const count = bytes.u16(60) || bytes.u64(table + 32);
  const names = bytes.u16(62) === 0xffff ? bytes.u32(table + 40) : bytes.u16(62);
  bytes.read(table, count * HEADER_SIZE); // all or nothing: a count that points outside ends here
  const strings = headerAt(bytes, table + names * HEADER_SIZE);
  const sections: Section[] = [];
  for (let i = 1; i < count; i++) {
    const { nameAt, type, offset, size } = headerAt(bytes, table + i * HEADER_SIZE);
    if (type === SHT_NOBITS) continue;
    const name = bytes.text(strings.offset + nameAt, strings.offset + strings.size);
    sections.push({ name, offset, size });
  }
  return sections;
}

function headerAt(
  bytes: ElfBytes,
  at: number,
): { nameAt: number; type: number; offset: number; size: number } {
  return {
    nameAt: bytes.u32(at),
    type: bytes.u32(at + 4),
    offset: bytes.u64(at + 24),
    size: bytes.u64(at + 32),
  };
}
