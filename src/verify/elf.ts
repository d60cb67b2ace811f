import { ElfBytes, MalformedElf } from "./elf-bytes.ts";
import { type ElfLayout, readLayout } from "./elf-layout.ts";
import { type References, definesSymbol, readReferences } from "./elf-symbols.ts";
import { type NeededVersion, readVersions } from "./elf-versions.ts";

export type { References, UndefinedSymbol } from "./elf-symbols.ts";
export type { NeededVersion } from "./elf-versions.ts";

/** An open ELF library, little endian, 32 or 64 bit. Whoever opened it closes it. */
export interface Elf {
  readonly path: string;
  readonly is64: boolean;
  /** `e_machine`: 62 is x86-64, 183 aarch64. */
  readonly machine: number;
  /** The program interpreter of an executable, such as `/lib64/ld-linux-x86-64.so.2`. */
  readonly interpreter: string | null;
  readonly soname: string | null;
  readonly needed: readonly string[];
  /** Entries of DT_RUNPATH and DT_RPATH, `$ORIGIN` not yet expanded. */
  readonly runpath: readonly string[];
  readonly rpath: readonly string[];
  readonly neededVersions: readonly NeededVersion[];
  /** Version names that this library defines; null when it defines none, which satisfies every need of them. */
  readonly versions: ReadonlySet<string> | null;
  /** Why it cannot be loaded into a process, or null. */
  readonly refusal: string | null;
  /** What the loader looks up for it; read when asked for, because of most libraries nobody asks. */
  references(alsoOwn?: boolean): ReferencesRead;
  /** Whether the loader would bind a reference to `name`, of `version` if given, to this library. */
  defines(name: string, version?: string): boolean;
  close(): void;
}

/** Relocations and symbols, or why no loader gets through them. */
export type ReferencesRead =
  | ({ readonly kind: "read" } & References)
  | { readonly kind: "broken"; readonly why: string };

export type ElfRead =
  | { readonly kind: "elf"; readonly elf: Elf }
  /** Another format, or one that this reader does not know; `format` is a word for people. */
  | { readonly kind: "not-elf"; readonly format: string }
  /** No loader would take it; `why` completes "the file is broken: ...". */
  | { readonly kind: "broken"; readonly why: string };

/** Its relocations are laid out in a way of their own. */
const MIPS = 8;

/** Reads what the loader looks at. Never throws and always ends, whatever the bytes are. */
export function readElf(path: string): ElfRead {
  let bytes: ElfBytes;
  try {
    bytes = new ElfBytes(path);
  } catch (error) {
    return { kind: "broken", why: `it cannot be read (${errorCode(error)})` };
  }
  try {
    const format = otherFormat(bytes);
    if (format !== null) {
      bytes.close();
      return format;
    }
    return { kind: "elf", elf: describe(path, bytes, readLayout(bytes)) };
  } catch (error) {
    bytes.close();
    return { kind: "broken", why: whyBroken(error) };
  }
}

function describe(path: string, bytes: ElfBytes, layout: ElfLayout): Elf {
  const versions = readVersions(layout);
  const known = new Map<boolean, ReferencesRead>();
  const references = (alsoOwn = false): ReferencesRead => {
    const read = known.get(alsoOwn) ?? tryReferences(() => readReferences(layout, versions, alsoOwn));
    known.set(alsoOwn, read);
    return read;
  };
  return {
    path,
    is64: layout.is64,
    machine: layout.machine,
    interpreter: layout.interpreter,
    soname: layout.soname,
    needed: layout.needed,
    runpath: layout.runpath,
    rpath: layout.rpath,
    neededVersions: versions.list,
    versions: versions.definesSome ? new Set(versions.defined.values()) : null,
    refusal: layout.refusal,
    references,
    defines: (name, version) => tryLookup(() => definesSymbol(layout, versions, name, version)),
    close: () => bytes.close(),
  };
}

function tryReferences(read: () => References): ReferencesRead {
  try {
    return { kind: "read", ...read() };
  } catch (error) {
    return { kind: "broken", why: whyBroken(error) };
  }
}

/** A hash table that points outside its file finds nothing. */
function tryLookup(look: () => boolean): boolean {
  try {
    return look();
  } catch (error) {
    whyBroken(error);
    return false;
  }
}

function otherFormat(bytes: ElfBytes): ElfRead | null {
  if (bytes.size === 0) return { kind: "broken", why: "it is empty" };
  const head = bytes.read(0, Math.min(16, bytes.size));
  const magic = head.toString("latin1", 0, 4);
  if (magic !== "\x7fELF") return { kind: "not-elf", format: formatName(head) };
  if (head.length < 16) return { kind: "broken", why: `it is cut short at ${bytes.size} bytes` };
  if (head[5] === 2) return { kind: "not-elf", format: "big-endian ELF" };
  if (head[5] !== 1) return { kind: "broken", why: `it has the unknown byte order ${head[5]}` };
  if (bytes.u16(18) === MIPS) return { kind: "not-elf", format: "ELF for MIPS" };
  return null;
}

function formatName(head: Buffer): string {
  const magic = head.toString("hex", 0, 4);
  if (/^(cffaedfe|cefaedfe|feedfacf|feedface|cafebabe)$/.test(magic)) return "Mach-O";
  if (magic.startsWith("4d5a")) return "PE";
  if (head.toString("latin1").startsWith("!<arch>")) return "a static archive";
  return "not a library format that is known here";
}

function whyBroken(error: unknown): string {
  if (error instanceof MalformedElf) return error.message;
  if (error instanceof Error && "code" in error) return `it cannot be read (${errorCode(error)})`;
  throw error;
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
