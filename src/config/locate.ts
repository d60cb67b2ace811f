import type { Place } from "./parse.ts";

/**
 * Line of a key in TOML text, or of its `[[extension]]` when the key is not found; null when neither is.
 * The parser keeps no positions, so this reads headers and `key =` again; only messages depend on it.
 * @param table the table that the configuration lies in: `""` or `tool.rebuild-if-needed`.
 */
export function lineOf(text: string, table: string, place: Place): number | null {
  const listName = table === "" ? "extension" : `${table}.extension`;
  let header = "";
  let extension = -1;
  let fallback: number | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    const found = /^\s*(\[{1,2})([^[\]]+)\]/.exec(line);
    if (found) {
      header = (found[2] ?? "").replace(/["'\s]/g, "");
      if (header === listName) extension += 1;
      if (isTableOf(header, table, place.key) && place.extension === null) return index + 1;
    }
    const isHere =
      place.extension === null ? header === table : header === listName && extension === place.extension;
    if (!isHere) continue;
    if (keyOf(line) === place.key) return index + 1;
    fallback ??= place.extension === null ? null : index + 1;
  }
  return fallback;
}

/** `[extension]` is itself the line of the key `extension`. */
function isTableOf(header: string, table: string, key: string): boolean {
  return header === (table === "" ? key : `${table}.${key}`);
}

function keyOf(line: string): string | undefined {
  return /^\s*["']?([^"'=\s.]+)["']?\s*[=.]/.exec(line)?.[1];
}
