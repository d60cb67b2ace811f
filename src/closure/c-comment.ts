/**
 * Is a place of C or C++ text inside a block comment? Exact for strings, characters and raw strings, so that
 * `"*` + `/*"` opens nothing. Where it is in doubt it says no: an include too many is safe, one too few is not.
 */
export function isInBlockComment(text: string, at: number): boolean {
  // Cheap and sure: nothing was opened since the last end of a comment.
  const opened = text.lastIndexOf("/*", at);
  if (opened === -1 || text.lastIndexOf("*/", at) > opened) return false;
  return lex(text, at);
}

function lex(text: string, target: number): boolean {
  let at = 0;
  while (at < target) {
    const char = text[at];
    const next = text[at + 1];
    if (char === "/" && next === "*") {
      const end = text.indexOf("*/", at + 2);
      if (end === -1 || end >= target) return true;
      at = end + 2;
    } else if (char === "/" && next === "/") {
      at = endOfLine(text, at);
    } else if (char === '"') {
      at = text[at - 1] === "R" ? endOfRawString(text, at) : endOfQuoted(text, at, '"');
    } else if (char === "'" && !/[0-9a-fA-F]/.test(text[at - 1] ?? "")) {
      at = endOfQuoted(text, at, "'"); // not the separator of 1'000
    } else at += 1;
  }
  return false;
}

function endOfLine(text: string, from: number): number {
  let end = text.indexOf("\n", from);
  while (end !== -1 && text[end - 1] === "\\") end = text.indexOf("\n", end + 1);
  return end === -1 ? text.length : end;
}

/** A string ends on its line, whatever is wrong with it. */
function endOfQuoted(text: string, from: number, quote: string): number {
  let at = from + 1;
  while (at < text.length && text[at] !== quote && text[at] !== "\n") at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function endOfRawString(text: string, from: number): number {
  const open = text.indexOf("(", from);
  if (open === -1 || open - from > 17) return endOfQuoted(text, from, '"');
  const mark = `)${text.slice(from + 1, open)}"`;
  const end = text.indexOf(mark, open);
  return end === -1 ? text.length : end + mark.length;
}
