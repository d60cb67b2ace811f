import { type ElfBytes, MalformedElf } from "./elf-bytes.ts";

/** What stands at the start of a file, once the loader's own checks of it have passed. */
export interface ElfHeader {
  readonly is64: boolean;
  readonly machine: number;
  /** A program at fixed addresses (ET_EXEC), which cannot be loaded into another. */
  readonly isProgram: boolean;
  /** File offset and number of the program headers. */
  readonly segmentsAt: number;
  readonly segmentCount: number;
}

const ET_EXEC = 2;
const ET_DYN = 3;
const CURRENT = 1;
const OSABI_SYSV = 0;
const OSABI_GNU = 3;
/** glibc takes GNU files of ABI versions below this one (LIBC_ABI_MAX); others 0 only. */
const ABI_VERSIONS = 4;

/** Refuses what glibc's `open_verify` refuses; class and byte order have been looked at before. */
export function readHeader(bytes: ElfBytes): ElfHeader {
  const ident = bytes.read(0, 16);
  const is64 = ident[4] === 2;
  if (!is64 && ident[4] !== 1) throw new MalformedElf(`it has the unknown class ${ident[4]}`);
  if (bytes.size < (is64 ? 64 : 52)) throw new MalformedElf(`it is cut short at ${bytes.size} bytes`);
  checkIdent(ident);
  const type = bytes.u16(16);
  if (type !== ET_DYN && type !== ET_EXEC) throw new MalformedElf(`it is no library (ELF type ${type})`);
  if (bytes.u32(20) !== CURRENT) throw new MalformedElf(`its ELF version is ${bytes.u32(20)}`);
  const entrySize = bytes.u16(is64 ? 54 : 42);
  if (entrySize !== (is64 ? 56 : 32)) throw new MalformedElf(`its program headers have ${entrySize} bytes`);
  return {
    is64,
    machine: bytes.u16(18),
    isProgram: type === ET_EXEC,
    segmentsAt: is64 ? bytes.u64(32) : bytes.u32(28),
    segmentCount: bytes.u16(is64 ? 56 : 44),
  };
}

function checkIdent(ident: Buffer): void {
  const [version, system = 0, abi = 0] = ident.subarray(6);
  if (version !== CURRENT) throw new MalformedElf(`its ELF version is ${version}`);
  if (system !== OSABI_SYSV && system !== OSABI_GNU) {
    throw new MalformedElf(`it is for another operating system (ELF OS ABI ${system})`);
  }
  if (abi !== 0 && !(system === OSABI_GNU && abi < ABI_VERSIONS)) {
    throw new MalformedElf(`it has the unknown ABI version ${abi}`);
  }
  if (ident.subarray(9, 16).some((byte) => byte !== 0)) throw new MalformedElf("its first bytes are damaged");
}
