/** Python's string literals: prefixes and escapes (language reference, "String and Bytes literals"). */

/** The prefix of the string literal that starts at `at` (`""`, `"rb"`); null when none starts there. */
export function stringPrefix(text: string, at: number): string | null {
  PREFIX.lastIndex = at;
  return PREFIX.exec(text)?.[1] ?? null;
}

export function isRaw(prefix: string): boolean {
  return /r/i.test(prefix);
}

/**
 * Value of a literal's body. A character given by its Unicode name stays as it is written, under a mark of its own;
 * an escape that Python does not know stays as it is written, as in Python.
 */
export function decodeString(body: string, prefix: string): string {
  if (isRaw(prefix) || !body.includes("\\")) return body;
  const isBytes = /b/i.test(prefix);
  return body.replace(ESCAPE, (whole: string, escape: string) => {
    const simple = SIMPLE.get(escape);
    if (simple !== undefined) return simple;
    if (/^[0-7]/.test(escape)) return String.fromCharCode(Number.parseInt(escape, 8));
    if (escape.startsWith("x")) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    if (isBytes) return whole;
    if (escape.startsWith("N")) return `\u{10FFFD}${escape}`;
    const code = Number.parseInt(escape.slice(1), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

const PREFIX = /((?:[rR][bBfFtT]?|[bBfFtT][rR]?|[uU])?)(?=["'])/y;
const ESCAPE = /\\(\n|[\\'"abfnrtv]|[0-7]{1,3}|x[\da-fA-F]{2}|N\{[^}]*\}|u[\da-fA-F]{4}|U[\da-fA-F]{8})/g;
const SIMPLE: ReadonlyMap<string, string> = new Map([
  ["\n", ""],
  ["\\", "\\"],
  ["'", "'"],
  ['"', '"'],
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);
