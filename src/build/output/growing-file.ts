import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { LineSplitter } from "./line-splitter.ts";

/** Read at once, bytes. A recipe that prints faster than this is shown late. */
const MOST_AT_ONCE = 8 << 20;

/** The lines of a file that grows, each once. */
export class GrowingFile {
  private readonly path: string;
  private readonly splitter: LineSplitter;
  private offset: number;

  /** @param offset where to begin, bytes. @param longest of a line, characters; without it, that of compilers' lines. */
  constructor(path: string, offset = 0, longest?: number) {
    this.path = path;
    this.offset = offset;
    this.splitter = new LineSplitter(longest);
  }

  /** Whole lines that have come since the last call; none when the file is not there. */
  read(): string[] {
    const lines: string[] = [];
    try {
      const file = openSync(this.path, "r");
      try {
        const size = fstatSync(file).size;
        const end = Math.min(size, this.offset + MOST_AT_ONCE);
        if (end <= this.offset) return lines;
        const chunk = Buffer.alloc(Math.min(1 << 16, end - this.offset));
        while (this.offset < end) {
          const count = readSync(file, chunk, 0, Math.min(chunk.length, end - this.offset), this.offset);
          if (count === 0) break;
          this.offset += count;
          for (const line of this.splitter.add(chunk.subarray(0, count))) lines.push(line);
        }
      } finally {
        closeSync(file);
      }
    } catch {
      // not there yet
    }
    return lines;
  }
}
