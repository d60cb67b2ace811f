import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** What ended a build stands in its last lines. */
const TAIL_BYTES = 256 * 1024;

/** Bytes; 0 where there is no log. */
export function logSize(log: string): number {
  return read(log, (file) => fstatSync(file).size) ?? 0;
}

/** The end of what was written to a log since it had `begin` bytes; empty where there is none. */
export function tailOf(log: string, begin: number): string {
  const bytes = read(log, (file) => {
    const { size } = fstatSync(file);
    const from = Math.max(begin, size - TAIL_BYTES);
    const buffer = Buffer.alloc(Math.max(0, size - from));
    return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, from));
  });
  return bytes?.toString("utf8") ?? "";
}

function read<T>(log: string, use: (file: number) => T): T | null {
  try {
    const file = openSync(log, "r");
    try {
      return use(file);
    } finally {
      closeSync(file);
    }
  } catch {
    return null;
  }
}
