import type { ElfBytes } from "./elf-bytes.ts";
import type { Section } from "./elf-sections.ts";
import { skipPadding } from "./fatbin.ts";

export interface OffloadBundles {
  /** `gfx90a`, `gfx942:xnack-`: names of AMD GPUs, each once, as they stand there. */
  readonly architectures: readonly string[];
  /** Why not all of it was read; null when it was. */
  readonly unknown: string | null;
}

/** Section in which hipcc puts the bundles of a library, each at the start of a page. */
export const BUNDLE_SECTION = ".hip_fatbin";

const MAGIC = "__CLANG_OFFLOAD_BUNDLE__";
const COMPRESSED = "CCOB";
const PAGE = 4096;
const MOST_BUNDLES = 10_000;
const MOST_ENTRIES = 1000;
const LONGEST_NAME = 256;

/** Names of the AMD GPUs that a section has code for (clang's documentation, "Clang Offload Bundler"). */
export function readBundles(bytes: ElfBytes, { offset, size }: Section): OffloadBundles {
  const names = new Set<string>();
  const end = offset + size;
  const ended = (unknown: string | null): OffloadBundles => ({
    architectures: [...names].toSorted(),
    unknown,
  });
  if (end > bytes.size) return ended("its offload bundles lie outside the file");
  let at = skipPadding(bytes, offset, end);
  for (let count = 0; at < end; count++) {
    if (count >= MOST_BUNDLES) return ended(`it holds more than ${MOST_BUNDLES} offload bundles`);
    const magic = bytes.read(at, Math.min(MAGIC.length, end - at)).toString("latin1");
    if (magic.startsWith(COMPRESSED)) return ended("its code for AMD GPUs is compressed");
    if (magic !== MAGIC) return ended("its code for AMD GPUs is not an offload bundle");
    const next = readBundle(bytes, at, end, names);
    if (next === null) return ended("the sizes in an offload bundle do not fit");
    at = skipPadding(bytes, next, end);
  }
  return ended(null);
}

/** Adds the names of one bundle; gives where the next one may start. */
function readBundle(bytes: ElfBytes, start: number, limit: number, names: Set<string>): number | null {
  const count = bytes.u64(start + MAGIC.length);
  if (count > MOST_ENTRIES) return null;
  let end = start + MAGIC.length;
  let at = start + MAGIC.length + 8;
  for (let i = 0; i < count; i++) {
    const length = bytes.u64(at + 16);
    if (length > LONGEST_NAME) return null;
    const name = bytes.read(at + 24, length).toString("latin1");
    end = Math.max(end, start + bytes.u64(at) + bytes.u64(at + 8));
    at += 24 + length;
    const architecture = /--(gfx[\w:+-]+)$/.exec(name)?.[1];
    if (architecture !== undefined) names.add(architecture);
  }
  if (Math.max(end, at) > limit) return null;
  return Math.min(limit, Math.ceil(Math.max(end, at) / PAGE) * PAGE);
}
