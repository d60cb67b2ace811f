/** Which sources a library was linked from: the names that compilers leave in its symbol table (STT_FILE). */
import { ElfBytes, MalformedElf } from "../../verify/elf-bytes.ts";

const SHT_SYMTAB = 2;
const STT_FILE = 4;
const CHUNK = 64 * 1024;

/**
 * Base names of sources, one for each object with such a mark.
 * @returns null when it is no ELF file of 64 bits, or was stripped: then nobody can tell.
 */
export function fileSymbols(path: string): string[] | null {
  let bytes: ElfBytes;
  try {
    bytes = new ElfBytes(path);
  } catch {
    return null;
  }
  try {
    return readSymbols(bytes);
  } catch (error) {
    if (error instanceof MalformedElf) return null;
    throw error;
  } finally {
    bytes.close();
  }
}

/** The source's base name; nvcc compiles a file of its own making, whose name holds the kernel's without suffix. */
export function sourceName(symbol: string): string {
  const kernel = /^tmpxft_[0-9a-f]+_[0-9a-f]+-\d+_(.+?)(\.compute_\w+)?\.cudafe\d\.(cpp|c|gpu|stub\.c)$/.exec(
    symbol,
  )?.[1];
  return kernel === undefined ? symbol : `${kernel}.cu`;
}

/** Marks of the C runtime, of nvcc's own stub and of NVIDIA's static runtime, which no build compiles. */
export function isRuntimePart(symbol: string): boolean {
  return RUNTIME.test(symbol);
}

const RUNTIME =
  /^(|crtstuff\.c|(crt\/)?link\.stub|cuos\w*\.cpp|cudart_\w+\.cpp|cuda_runtime_api\.cpp|tools_runtime_\w+\.cpp|generated_(cuda|error)_\w+\.cpp|runtime_error_table\.cpp)$/;

function readSymbols(bytes: ElfBytes): string[] | null {
  const head = bytes.read(0, 16);
  if (head.toString("latin1", 0, 4) !== "\x7fELF" || head[4] !== 2 || head[5] !== 1) return null;
  const table = bytes.u64(40);
  const entrySize = bytes.u16(58);
  const count = bytes.u16(60);
  const sections = Array.from({ length: count }, (_, index) => table + index * entrySize);
  const symbols = sections.find((at) => bytes.u32(at + 4) === SHT_SYMTAB);
  if (symbols === undefined) return null;
  const strings = sections[bytes.u32(symbols + 40)];
  if (strings === undefined) return null;
  const textAt = bytes.u64(strings + 24);
  const textEnd = textAt + bytes.u64(strings + 32);
  const start = bytes.u64(symbols + 24);
  const locals = bytes.u32(symbols + 44); // sh_info: local symbols come first, and these marks are local
  const size = 24;
  const names: string[] = [];
  for (let done = 0; done < locals;) {
    const entries = Math.min(Math.floor(CHUNK / size), locals - done);
    const chunk = bytes.read(start + done * size, entries * size);
    for (let at = 0; at < chunk.length; at += size) {
      if (((chunk[at + 4] ?? 0) & 15) !== STT_FILE) continue;
      names.push(bytes.text(textAt + chunk.readUInt32LE(at), textEnd));
    }
    done += entries;
  }
  return names;
}
