/** Python's words: what a setup.py is made of, without comments, blank lines and line joins. */
import { NotReadable } from "./not-readable.ts";
import { decodeString, isRaw, stringPrefix } from "./python-strings.ts";

export type PythonToken =
  | { readonly kind: "name" | "number" | "op"; readonly text: string }
  | { readonly kind: "newline" | "indent" | "dedent" | "end"; readonly text: "" }
  | { readonly kind: "string"; readonly text: ""; readonly value: string; readonly isBytes: boolean }
  | { readonly kind: "format"; readonly text: ""; readonly pieces: readonly FormatPiece[] };

/** A piece of an f-string: its text, or a `{field}`. */
export type FormatPiece = string | FormatField;

export interface FormatField {
  /** Tokens between the braces. */
  readonly tokens: readonly PythonToken[];
  /** `!r`, `=` and the like, as written. */
  readonly conversion: string;
  /** What follows the colon; it can hold fields itself. */
  readonly spec: readonly FormatPiece[];
}

/**
 * Tokens of a module, by the rules of the language reference (3.8 to 3.14, f-strings that reuse their own quotes
 * included).
 * @throws NotReadable for what is no Python, or in a character set that is not UTF-8.
 */
export function pythonTokens(text: string): readonly PythonToken[] {
  return new Tokenizer(text).module();
}

const NAME = /[\p{ID_Start}_]\p{ID_Continue}*/uy;
const NUMBER =
  /0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?[jJ]?/y;
const OPERATOR =
  /\*\*=|\/\/=|>>=|<<=|\.\.\.|->|:=|==|!=|<=|>=|\*\*|\/\/|>>|<<|[-+*/%@&|^]=|[-+*/%@&|^~<>()[\]{},:.;=]/y;
/** Blanks, joined lines and comments. */
const GAP = /(?:[ \t\f]|\\\r?\n)*(?:#[^\n]*)?/y;

class Tokenizer {
  private readonly text: string;
  private at = 0;
  private readonly out: PythonToken[] = [];

  constructor(text: string) {
    this.text = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
    const cookie = /^(?:[^\n]*\n)?[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/.exec(this.text)?.[1];
    if (cookie !== undefined && !/^(?:utf-?8|us-ascii|ascii)/i.test(cookie)) {
      throw new NotReadable(`coding ${cookie}`);
    }
  }

  module(): readonly PythonToken[] {
    const indents = [0];
    while (this.at < this.text.length) {
      const column = this.indentation();
      if (column === null) continue;
      const current = indents.at(-1) ?? 0;
      if (column > current) {
        indents.push(column);
        this.out.push({ kind: "indent", text: "" });
      }
      while (column < (indents.at(-1) ?? 0)) {
        indents.pop();
        this.out.push({ kind: "dedent", text: "" });
      }
      if (column !== indents.at(-1)) throw new NotReadable("indentation");
      this.logicalLine();
    }
    for (; indents.length > 1; indents.pop()) this.out.push({ kind: "dedent", text: "" });
    this.out.push({ kind: "end", text: "" });
    return this.out;
  }

  /** Column where a line's code starts; null for a line without code, which is passed over. */
  private indentation(): number | null {
    let column = 0;
    for (; ; this.at += 1) {
      const char = this.text[this.at];
      if (char === " ") column += 1;
      else if (char === "\t") column = (Math.floor(column / 8) + 1) * 8;
      else if (char === "\f") column = 0;
      else break;
    }
    if (this.text[this.at] === "#") this.skip(/[^\n]*/y);
    if (this.text[this.at] === "\n") {
      this.at += 1;
      return null;
    }
    return this.at >= this.text.length ? null : column;
  }

  private logicalLine(): void {
    let depth = 0;
    for (;;) {
      this.skip(GAP);
      const char = this.text[this.at];
      if (char === undefined || (char === "\n" && depth === 0)) {
        if (depth > 0) throw new NotReadable("an open bracket");
        this.at += 1;
        this.out.push({ kind: "newline", text: "" });
        return;
      }
      if (char === "\n") {
        this.at += 1;
        continue;
      }
      const token = this.token();
      if (token.kind === "op" && /^[([{]$/.test(token.text)) depth += 1;
      if (token.kind === "op" && /^[)\]}]$/.test(token.text)) depth -= 1;
      if (depth < 0) throw new NotReadable("a bracket too many");
      this.out.push(token);
    }
  }

  private token(): PythonToken {
    const prefix = stringPrefix(this.text, this.at);
    if (prefix !== null) return this.string(prefix);
    const name = this.take(NAME);
    if (name !== null) return { kind: "name", text: name.normalize("NFKC") };
    const number = this.take(NUMBER);
    if (number !== null) return { kind: "number", text: number };
    const operator = this.take(OPERATOR);
    if (operator !== null) return { kind: "op", text: operator };
    throw new NotReadable(`the character ${JSON.stringify(this.text[this.at])}`);
  }

  private string(prefix: string): PythonToken {
    this.at += prefix.length;
    const quote = this.text.startsWith((this.text[this.at] ?? "").repeat(3), this.at)
      ? this.text.slice(this.at, this.at + 3)
      : this.text.slice(this.at, this.at + 1);
    this.at += quote.length;
    if (/[ft]/i.test(prefix)) {
      const pieces = this.formatPieces(prefix, quote);
      this.at += quote.length;
      return { kind: "format", text: "", pieces: /t/i.test(prefix) ? ["\u{10FFFD}t", ...pieces] : pieces };
    }
    const start = this.at;
    while (!this.text.startsWith(quote, this.at)) this.characterOf(quote);
    const value = decodeString(this.text.slice(start, this.at), prefix);
    this.at += quote.length;
    return { kind: "string", text: "", value, isBytes: /b/i.test(prefix) };
  }

  /** Steps over one character of a string, or over a backslash with what it escapes. */
  private characterOf(quote: string): void {
    const char = this.text[this.at];
    if (char === undefined || (char === "\n" && quote.length === 1)) throw new NotReadable("an open string");
    this.at += char === "\\" ? 2 : 1;
  }

  /** Up to the closing quote of an f-string, or the closing brace of a field's format (`quote` given as well). */
  private formatPieces(prefix: string, quote: string, inSpec = false): FormatPiece[] {
    const pieces: FormatPiece[] = [];
    let literal = "";
    const flush = (): void => {
      if (literal !== "") pieces.push(decodeString(literal, prefix));
      literal = "";
    };
    while (!(inSpec ? this.text[this.at] === "}" : this.text.startsWith(quote, this.at))) {
      const char = this.text[this.at];
      if (!inSpec && (this.text.startsWith("{{", this.at) || this.text.startsWith("}}", this.at))) {
        literal += char;
        this.at += 2;
      } else if (char === "{") {
        flush();
        pieces.push(this.formatField(prefix, quote));
      } else if (char === "\\" && !isRaw(prefix) && this.text.startsWith("N{", this.at + 1)) {
        literal += this.take(/\\N\{[^}\n]*\}/y) ?? "";
      } else {
        const start = this.at;
        // In a raw f-string a backslash does not keep a brace from being one.
        if (char === "\\" && /[{}]/.test(this.text[this.at + 1] ?? "")) this.at += 1;
        else this.characterOf(quote);
        literal += this.text.slice(start, this.at);
      }
    }
    flush();
    return pieces;
  }

  private formatField(prefix: string, quote: string): FormatField {
    this.at += 1;
    const start = this.at;
    const tokens: PythonToken[] = [];
    let depth = 0;
    for (;;) {
      this.skip(GAP);
      const char = this.text[this.at];
      if (char === undefined) throw new NotReadable("an open f-string");
      if (char === "\n") {
        this.at += 1;
        continue;
      }
      if (depth === 0 && (char === "}" || char === ":" || (char === "!" && this.text[this.at + 1] !== "=")))
        break;
      const token = this.token();
      if (token.kind === "op" && /^[([{]$/.test(token.text)) depth += 1;
      if (token.kind === "op" && /^[)\]}]$/.test(token.text)) depth -= 1;
      tokens.push(token);
    }
    const last = tokens.at(-1);
    // `{x = }` shows the expression's own text, so its spelling is content.
    const shown = last?.kind === "op" && last.text === "=" ? this.text.slice(start, this.at) : "";
    if (shown !== "") tokens.pop();
    const conversion = shown + (this.take(/![ \t]*\w+[ \t]*/y)?.replace(/\s/g, "") ?? "");
    let spec: FormatPiece[] = [];
    if (this.text[this.at] === ":") {
      this.at += 1;
      spec = this.formatPieces(prefix, quote, true);
    }
    if (this.text[this.at] !== "}") throw new NotReadable("an open field");
    this.at += 1;
    return { tokens, conversion, spec };
  }

  private take(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined || found === "") return null;
    this.at += found.length;
    return found;
  }

  private skip(pattern: RegExp): void {
    this.take(pattern);
  }
}
