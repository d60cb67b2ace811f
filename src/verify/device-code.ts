import { ElfBytes, MalformedElf } from "./elf-bytes.ts";
import { type Section, readSections } from "./elf-sections.ts";
import { FATBIN_SECTIONS, readFatbin } from "./fatbin.ts";
import { type GpuCode, showArchitecture } from "./gpu-architectures.ts";
import { BUNDLE_SECTION, type OffloadBundles, readBundles } from "./offload-bundle.ts";

/** The code for GPUs that a library holds. */
export interface DeviceCode {
  /** For NVIDIA GPUs: each kind and architecture once, in order. */
  readonly codes: readonly GpuCode[];
  /** Why there may be more of it, to complete "cannot tell ...: "; null when this is all. */
  readonly unknown: string | null;
  /** For AMD GPUs; null where there is none. */
  readonly rocm: OffloadBundles | null;
}

/** The same for people and programs: `{"cubin":["8.0","9.0a"],"ptx":["9.0"]}`. */
export interface DeviceCodeJson {
  readonly cubin?: readonly string[];
  readonly ptx?: readonly string[];
  /** Code that only a linker takes. */
  readonly lto?: readonly string[];
  readonly rocm?: readonly string[];
  readonly unknown?: string;
}

/** Headers lie far apart, in libraries of up to 1 GB, so little is read around each. */
const BLOCK = 4096;

/**
 * Reads which GPUs a 64-bit ELF file has code for; null where it has none, or no section headers that would tell. Never
 * throws and always ends, whatever the bytes are.
 */
export function readDeviceCode(path: string): DeviceCode | null {
  let bytes: ElfBytes;
  try {
    bytes = new ElfBytes(path, BLOCK);
  } catch {
    return null; // whoever asks has read the file, or says that it cannot be read
  }
  try {
    const head = bytes.size < 64 ? "" : bytes.read(0, 6).toString("latin1");
    if (head !== "\x7fELF\x02\x01") return null;
    return collect(bytes, readSections(bytes));
  } catch (error) {
    return { codes: [], unknown: whyUnknown(error), rocm: null };
  } finally {
    bytes.close();
  }
}

export function deviceCodeJson({ codes, unknown, rocm }: DeviceCode): DeviceCodeJson {
  const of = (kind: GpuCode["kind"]): string[] =>
    codes.filter((code) => code.kind === kind).map(showArchitecture);
  const lists = { cubin: of("cubin"), ptx: of("ptx"), lto: of("lto"), rocm: rocm?.architectures ?? [] };
  const filled = Object.entries(lists).filter(([, list]) => list.length > 0);
  const why = [unknown, rocm?.unknown ?? null].filter((one) => one !== null).join("; ");
  return { ...Object.fromEntries(filled), ...(why === "" ? {} : { unknown: why }) };
}

/** `8.0, 9.0a; PTX 9.0`. */
export function showDeviceCode({ cubin = [], ptx = [], lto = [], rocm = [] }: DeviceCodeJson): string {
  const part = (word: string, list: readonly string[]): string[] =>
    list.length === 0 ? [] : [word + list.join(", ")];
  return [...part("", cubin), ...part("PTX ", ptx), ...part("LTO ", lto), ...part("ROCm ", rocm)].join("; ");
}

function collect(bytes: ElfBytes, sections: readonly Section[]): DeviceCode | null {
  const codes = new Map<string, GpuCode>();
  let unknown: string | null = null;
  let rocm: OffloadBundles | null = null;
  for (const section of sections.filter(({ size }) => size > 0)) {
    if (section.name === BUNDLE_SECTION) rocm ??= readBundles(bytes, section);
    if (!FATBIN_SECTIONS.has(section.name)) continue;
    const fatbin = readFatbin(bytes, section);
    unknown ??= fatbin.unknown;
    for (const { kind, number, suffix, isStub } of fatbin.entries)
      if (!isStub) codes.set(`${kind} ${number}${suffix}`, { kind, number, suffix });
  }
  if (codes.size === 0 && unknown === null && rocm === null) return null;
  return { codes: [...codes.values()].toSorted(byArchitecture), unknown, rocm };
}

function byArchitecture(a: GpuCode, b: GpuCode): number {
  return a.number - b.number || (a.suffix < b.suffix ? -1 : 1);
}

function whyUnknown(error: unknown): string {
  if (error instanceof MalformedElf) return error.message;
  if (error instanceof Error && "code" in error) return `it cannot be read (${String(error.code)})`;
  throw error;
}
