import { closeSync, openSync, readSync } from "node:fs";
import { crypto } from "../late-modules.ts";
import { hashFile } from "./outputs.ts";

const PT_NOTE = 4;
const NT_GNU_BUILD_ID = 3;

/**
 * The linker's id of a 64-bit little-endian ELF file, or null when it has none. It stands for the content of
 * libraries of hundreds of MB, which would take a second to hash.
 */
export function readBuildId(path: string): string | null {
  const file = openSync(path, "r");
  try {
    const header = readAt(file, 0, 64);
    if (header === null || header.toString("latin1", 0, 6) !== "\x7fELF\x02\x01") return null;
    const [at, size, count] = [
      Number(header.readBigUInt64LE(32)),
      header.readUInt16LE(54),
      header.readUInt16LE(56),
    ];
    for (let index = 0; index < count; index += 1) {
      const segment = readAt(file, at + index * size, size);
      if (segment === null || size < 56 || segment.readUInt32LE(0) !== PT_NOTE) continue;
      const length = Number(segment.readBigUInt64LE(32));
      const notes = length > 65_536 ? null : readAt(file, Number(segment.readBigUInt64LE(8)), length);
      const id = notes === null ? null : buildIdIn(notes);
      if (id !== null) return id;
    }
    return null;
  } finally {
    closeSync(file);
  }
}

/** Content id of a library: its build id where it has one, else the hash of its bytes. Throws when unreadable. */
export async function libraryId(path: string): Promise<string> {
  const id = readBuildId(path);
  return id === null ? hashFile(path) : crypto().createHash("sha256").update(`build-id ${id}`).digest("hex");
}

/** Notes are (name size, content size, type), then both parts padded to four bytes. */
function buildIdIn(notes: Buffer): string | null {
  for (let at = 0; at + 12 <= notes.length;) {
    const name = notes.readUInt32LE(at);
    const content = notes.readUInt32LE(at + 4);
    const start = at + 12 + Math.ceil(name / 4) * 4;
    const isGnu = notes.toString("latin1", at + 12, at + 16) === "GNU\0";
    if (isGnu && notes.readUInt32LE(at + 8) === NT_GNU_BUILD_ID) {
      return notes.toString("hex", start, start + content);
    }
    at = start + Math.ceil(content / 4) * 4;
  }
  return null;
}

function readAt(file: number, position: number, length: number): Buffer | null {
  const bytes = Buffer.alloc(length);
  return readSync(file, bytes, 0, length, position) === length ? bytes : null;
}
