import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join, resolve } from "node:path";

/**
 * True when an object is certainly in this object store: a loose file, or named by a pack's index (version 2, see
 * gitformat-pack(5)). False is "not seen here", and git must say.
 * @param objects the folder `objects` of a git dir; those that it borrows from are searched too.
 */
export function hasObject(objects: string, id: string): boolean {
  return [objects, ...borrowed(objects)].some((folder) => isLoose(folder, id) || isPacked(folder, id));
}

function isLoose(objects: string, id: string): boolean {
  return existsSync(join(objects, id.slice(0, 2), id.slice(2)));
}

/** Stores named in info/alternates; theirs in turn are left to git. */
function borrowed(objects: string): string[] {
  try {
    const lines = readFileSync(join(objects, "info", "alternates"), "utf8").split("\n");
    return lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => resolve(objects, line));
  } catch {
    return [];
  }
}

function isPacked(objects: string, id: string): boolean {
  const folder = join(objects, "pack");
  try {
    const packs = readdirSync(folder).filter((name) => name.endsWith(".idx"));
    return packs.some(
      (name) => existsSync(join(folder, name.replace(/idx$/, "pack"))) && isIn(join(folder, name), id),
    );
  } catch {
    return false;
  }
}

const HEADER_BYTES = 8;
const FANOUT_BYTES = 256 * 4;

function isIn(index: string, id: string): boolean {
  const file = openSync(index, "r");
  try {
    const head = readAt(file, 0, HEADER_BYTES + FANOUT_BYTES);
    if (head.readUInt32BE(0) !== 0xff744f63 || head.readUInt32BE(4) !== 2) return false;
    const wanted = Buffer.from(id, "hex");
    const first = wanted[0] ?? 0;
    const countTo = (byte: number): number => (byte < 0 ? 0 : head.readUInt32BE(HEADER_BYTES + byte * 4));
    const from = countTo(first - 1);
    const table = readAt(
      file,
      HEADER_BYTES + FANOUT_BYTES + from * wanted.length,
      (countTo(first) - from) * wanted.length,
    );
    for (let at = table.indexOf(wanted); at !== -1; at = table.indexOf(wanted, at + 1)) {
      if (at % wanted.length === 0) return true;
    }
    return false;
  } finally {
    closeSync(file);
  }
}

function readAt(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, position));
}
