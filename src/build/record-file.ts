import { readFileSync } from "node:fs";

/** First column of a wheel's RECORD (CSV as Python's csv module writes it). Throws when it cannot be read. */
export function readCsvColumn(path: string): string[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .map((line) =>
      line.startsWith('"')
        ? (/^"((?:[^"]|"")*)"/.exec(line)?.[1] ?? "").replaceAll('""', '"')
        : line.split(",")[0],
    )
    .filter((name): name is string => name !== undefined && name.trim() !== "");
}
