/** C and C++ text as tokens: enough to find a call with its string literals, and never stopped by what it does not know. */

export interface CToken {
  readonly kind: "word" | "string" | "punctuation" | "directive";
  /** Of a string what is between its quotes, with the simple escapes resolved; of a directive all of it on one line. */
  readonly text: string;
  readonly line: number;
}

/** Comments, white space, numbers and characters are left out: no name is registered by them. */
export function readCTokens(text: string): CToken[] {
  const tokens: CToken[] = [];
  let line = 1;
  let isLineStart = true;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [whole] = match;
    const [, comment, hash, , raw, quoted, word, other] = match;
    if (hash !== undefined && isLineStart) {
      DIRECTIVE.lastIndex = match.index;
      const directive = DIRECTIVE.exec(text)?.[0] ?? whole;
      tokens.push({ kind: "directive", text: onOneLine(directive), line });
      line += linesIn(directive);
      TOKEN.lastIndex = match.index + directive.length;
      continue;
    }
    if (raw !== undefined) tokens.push({ kind: "string", text: raw, line });
    else if (quoted !== undefined) tokens.push({ kind: "string", text: unescape(quoted), line });
    else if (word !== undefined) tokens.push({ kind: "word", text: word, line });
    else if (other !== undefined) tokens.push({ kind: "punctuation", text: other, line });
    const lines = linesIn(whole);
    line += lines;
    if (lines > 0) isLineStart = true;
    if (comment === undefined && whole.trim() !== "") isLineStart = false;
  }
  return tokens;
}

/** The strings from `at` on as one, as the compiler joins them, and the place behind them; null: there is none. */
export function joinedString(tokens: readonly CToken[], at: number): { text: string; end: number } | null {
  let end = at;
  let text = "";
  for (; tokens[end]?.kind === "string"; end += 1) text += tokens[end]?.text ?? "";
  return end === at ? null : { text, end };
}

/** Place of the bracket that closes the one at `open`; the end of the text where none does. */
export function closing(tokens: readonly CToken[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.kind !== "punctuation") continue;
    if ("([{".includes(token.text)) depth += 1;
    else if (")]}".includes(token.text)) depth -= 1;
    if (depth <= 0) return at;
  }
  return tokens.length;
}

// A string ends on its line, whatever is wrong with it; the separator of 1'000 opens no character.
const TOKEN =
  /(\/\/(?:\\\r?\n|[^\n])*|\/\*[\s\S]*?(?:\*\/|$)|\s+)|(#)|(?:u8|[LuU])?R"([^()\\\s]{0,16})\(([\s\S]*?)\)\3"|(?:u8|[LuU])?"((?:[^"\\\n]+|\\[\s\S])*)"?|'(?:[^'\\\n]|\\.)*'?|([A-Za-z_]\w*)|\d(?:'?[\w.])*|(::|->|[\s\S])/gy;
const DIRECTIVE = /#(?:\\\r?\n|\/\*[\s\S]*?\*\/|\/\/[^\n]*|[^\n])*/y;

function onOneLine(directive: string): string {
  const uncommented = directive.replace(/\\\r?\n/g, " ").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/g, " ");
  return uncommented.replace(/\s+/g, " ").replace(/^# /, "#").trim();
}

function unescape(quoted: string): string {
  return quoted.replace(/\\(\r?\n|[\s\S])/g, (_, char: string) => {
    if (char.endsWith("\n")) return "";
    return char === "n" ? "\n" : char === "t" ? "\t" : char;
  });
}

function linesIn(text: string): number {
  let lines = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}
