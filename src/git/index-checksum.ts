import { readFileSync } from "node:fs";
import { crypto } from "../late-modules.ts";

/**
 * False when an index file is damaged: its last bytes are not the checksum of the others. Git itself reads a file that
 * was cut short as if zeros followed, and says nothing (2.39). True where there is no file, or no checksum in it
 * (`index.skipHash`).
 */
export function isWholeIndex(file: string): boolean {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return true;
  }
  return [20, 32].some((length) => {
    const end = Math.max(bytes.length - length, 0);
    const noted = bytes.subarray(end);
    const name = length === 20 ? "sha1" : "sha256";
    return (
      noted.every((byte) => byte === 0) ||
      crypto().createHash(name).update(bytes.subarray(0, end)).digest().equals(noted)
    );
  });
}
