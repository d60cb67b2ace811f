/**
 * `.ninja_deps`: what compilers told ninja, for every object that it ever made here. Read directly, by the layout in
 * ninja's src/deps_log.h (version 4, since ninja 1.9): `ninja -t deps` says the same, but needs a ninja and a build
 * directory that is still there. Pure.
 */
import { decodePath } from "../../git/path-bytes.ts";

const SIGNATURE = "# ninjadeps\n";
const VERSION = 4;
const IS_DEPS = 0x80000000;

/** @returns output -> what it was made from, names as ninja has them; null when the bytes are not understood. */
export function parseNinjaDeps(bytes: Buffer): Map<string, readonly string[]> | null {
  const head = SIGNATURE.length + 4;
  if (bytes.length < head || bytes.toString("latin1", 0, SIGNATURE.length) !== SIGNATURE) return null;
  if (bytes.readInt32LE(SIGNATURE.length) !== VERSION) return null;
  const paths: string[] = [];
  const found = new Map<string, readonly string[]>();
  let at = head;
  while (at < bytes.length) {
    if (at + 4 > bytes.length) return null;
    const word = bytes.readUInt32LE(at);
    const size = word % IS_DEPS;
    at += 4;
    if (size < 4 || size % 4 !== 0 || at + size > bytes.length) return null; // ninja was killed while it wrote
    const record = bytes.subarray(at, at + size);
    at += size;
    if (word < IS_DEPS) {
      const id = ~record.readInt32LE(size - 4);
      if (id !== paths.length) return null;
      paths.push(pathOf(record.subarray(0, size - 4)));
    } else {
      const ids = Array.from({ length: size / 4 }, (_, index) => record.readInt32LE(index * 4));
      const [output = -1, , , ...inputs] = ids; // the two between are the output's time
      const name = paths[output];
      const names = inputs.map((id) => paths[id]);
      if (name === undefined || size < 12) return null;
      if (!names.every((one) => one !== undefined)) return null;
      found.set(name, names);
    }
  }
  return found;
}

/** Padded with up to three NULs. */
function pathOf(padded: Buffer): string {
  let end = padded.length;
  while (end > 0 && padded[end - 1] === 0) end--;
  return decodePath(padded.subarray(0, end));
}
