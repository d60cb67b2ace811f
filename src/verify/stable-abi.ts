import { closeSync, openSync, readSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { encodePath } from "../git/path-bytes.ts";
import type { Survives } from "../model.ts";
import { type UndefinedSymbol, readElf } from "./elf.ts";
import { taggedName } from "./module-name.ts";
import { STABLE_ABI } from "./stable-abi-symbols.ts";

const NEITHER: Survives = { torch: false, python: false };
const LIBRARY = /\.(so|dylib|pyd|dll|a)(\.\d+)*$/;

/**
 * Which changes of the ground these outputs survive, by the names that their libraries need of others. The files
 * are read, nothing of them is run. What cannot be read, or is of a format not known here, survives none.
 * @param paths absolute.
 * @returns null when there is no library among them, so that nothing is known.
 */
export async function survivalOf(paths: readonly string[]): Promise<Survives | null> {
  const known: Survives[] = [];
  for (const path of paths) {
    const one = survivalOfFile(path);
    if (one !== null) known.push(one);
    await nextTurn(); // let a signal through between two libraries
  }
  if (known.length === 0) return null;
  return { torch: known.every(({ torch }) => torch), python: known.every(({ python }) => python) };
}

/** Null: a text or data file, which has no ABI. */
function survivalOfFile(path: string): Survives | null {
  if (path.endsWith(".pyc")) return { torch: true, python: false };
  const isLibrary = LIBRARY.test(path);
  if (!isLibrary && !startsAsElf(path)) return null;
  const read = readElf(path);
  if (read.kind !== "elf") return NEITHER;
  try {
    const references = read.elf.references();
    if (references.kind === "broken") return NEITHER;
    const { undefined: needed } = references;
    return { torch: !needed.some(isTorchs), python: survivesPython(path, needed) };
  } finally {
    read.elf.close();
  }
}

/**
 * A library that calls nothing of Python, or a module whose author declared `abi3` and that keeps to it. The names alone
 * are no proof: code that was compiled without Py_LIMITED_API may call stable functions only and still hold the layout
 * of one Python's structs (a static PyTypeObject, PyTuple_GET_ITEM).
 */
function survivesPython(path: string, needed: readonly UndefinedSymbol[]): boolean {
  const pythons = needed.filter(({ name }) => /^_?Py/.test(name));
  if (pythons.length === 0) return true;
  return taggedName(path)?.tag === "abi3" && pythons.every(({ name }) => STABLE_ABI.has(name));
}

/**
 * Names in torch's namespaces wherever they stand in a mangled name (Itanium C++ ABI: length, then text, after `N` and
 * its qualifiers), and the `THP...` ones of its Python binding. Its stable C functions (`aoti_torch_*`, `torch_*`) are
 * not mangled; `torch::stable` and `torch::headeronly` live in headers and keep their layout.
 */
const TORCH_NAME =
  /^_Z.*N[rVK]*[RO]?(2at|3c10|4c10d|6caffe2|5torch(?!6stable|10headeronly))|^_?THP|^_Z\d+_?THP/;

function isTorchs({ name }: UndefinedSymbol): boolean {
  return TORCH_NAME.test(name);
}

/** A program or library under a name that does not say so. */
function startsAsElf(path: string): boolean {
  try {
    const file = openSync(encodePath(path), "r");
    try {
      const head = Buffer.alloc(4);
      readSync(file, head, 0, 4, 0);
      return head.toString("latin1") === "\x7fELF";
    } finally {
      closeSync(file);
    }
  } catch {
    return false; // gone, and told as a missing output
  }
}
