/** Meson's words (its reference manual, "Syntax"): line ends count outside brackets. */
import { NotReadable } from "./not-readable.ts";

export interface MesonToken {
  readonly kind: "name" | "number" | "string" | "format" | "op" | "newline" | "end";
  /** The text, of a string its value. */
  readonly text: string;
}

/** @throws NotReadable for what is no Meson. */
export function mesonTokens(text: string): MesonToken[] {
  const tokens: MesonToken[] = [];
  let depth = 0;
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(text)?.groups;
    if (groups === undefined) throw new NotReadable(`the character ${JSON.stringify(text[at])}`);
    at = TOKEN.lastIndex;
    const { prefix, long, short, name, number, op, newline } = groups;
    if (long !== undefined) tokens.push({ kind: prefix === "f" ? "format" : "string", text: long });
    else if (short !== undefined) {
      tokens.push({ kind: prefix === "f" ? "format" : "string", text: unescape(short) });
    } else if (name !== undefined) tokens.push({ kind: "name", text: name });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (newline !== undefined && depth === 0) tokens.push({ kind: "newline", text: "" });
    else if (op !== undefined) {
      if (/^[([{]$/.test(op)) depth += 1;
      if (/^[)\]}]$/.test(op)) depth -= 1;
      tokens.push({ kind: "op", text: op });
    }
  }
  if (depth !== 0) throw new NotReadable("an open bracket");
  tokens.push({ kind: "newline", text: "" }, { kind: "end", text: "" });
  return tokens;
}

const TOKEN =
  /(?:[ \t\r]|\\\r?\n|#[^\n]*)+|(?<prefix>f?)(?:'''(?<long>[\s\S]*?)'''|'(?<short>(?:\\[\s\S]|[^\\'\n])*)')|(?<name>[A-Za-z_]\w*)|(?<number>0[xXbBoO][\da-fA-F]+|\d+)|(?<op>[=!<>]=|\+=|[-+*/%=<>?:,.()[\]{}])|(?<newline>\n)/y;

function unescape(text: string): string {
  return text.replace(/\\(['\\])/g, "$1");
}
