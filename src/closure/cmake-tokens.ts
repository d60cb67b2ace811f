/** CMake's own grammar: `cmake-language(7)`, section Syntax. */

export interface CMakeArgument {
  /** As written, without its quotes or brackets; `${...}` and escapes are still in it. */
  readonly text: string;
  readonly kind: "bare" | "quoted" | "bracket";
}

export interface CMakeCommand {
  /** Lower case: names of commands have no case. */
  readonly name: string;
  readonly args: readonly CMakeArgument[];
}

/** The commands of a file in their order. What cannot be read is skipped; inner parentheses are bare arguments. */
export function readCommands(text: string): CMakeCommand[] {
  const commands: CMakeCommand[] = [];
  let at = 0;
  while (at < text.length) {
    const skipped = skipComment(text, at);
    if (skipped !== at) {
      at = skipped;
      continue;
    }
    NAME.lastIndex = at;
    const name = NAME.exec(text);
    if (name === null) {
      at += 1;
      continue;
    }
    const read = readArguments(text, NAME.lastIndex);
    commands.push({ name: (name[1] ?? "").toLowerCase(), args: read.args });
    at = read.end;
  }
  return commands;
}

const NAME = /([A-Za-z_]\w*)[ \t]*\(/y;
const BRACKET = /\[(=*)\[\r?\n?/y;
// Legacy unquoted arguments may hold quotes and make-style references: -DX="a b", $(VAR).
const BARE = /(?:[^\s()#"\\]|\\[\s\S]|"(?:[^"\\]|\\[\s\S])*"|\$\(\w+\))+/y;

/** From behind the opening parenthesis; `end` is behind the closing one. */
function readArguments(text: string, from: number): { args: CMakeArgument[]; end: number } {
  const args: CMakeArgument[] = [];
  let depth = 1;
  let at = from;
  while (at < text.length) {
    const skipped = skipComment(text, at);
    const char = text[at] ?? "";
    const bracket = bracketAt(text, at);
    if (skipped !== at) at = skipped;
    else if (/\s/.test(char)) at += 1;
    else if (char === "(" || char === ")") {
      depth += char === "(" ? 1 : -1;
      at += 1;
      if (depth === 0) return { args, end: at };
      args.push({ text: char, kind: "bare" });
    } else if (bracket !== null) {
      args.push({ text: text.slice(bracket.start, bracket.stop), kind: "bracket" });
      at = bracket.end;
    } else if (char === '"') {
      const end = endOfQuoted(text, at + 1);
      args.push({ text: text.slice(at + 1, end).replace(/\\\r?\n/g, ""), kind: "quoted" });
      at = end + 1;
    } else {
      BARE.lastIndex = at;
      const bare = BARE.exec(text)?.[0] ?? char;
      args.push({ text: bare, kind: "bare" });
      at += bare.length;
    }
  }
  return { args, end: at };
}

/** Behind a comment that begins at `at`, or `at` itself. */
function skipComment(text: string, at: number): number {
  if (text[at] !== "#") return at;
  const bracket = bracketAt(text, at + 1);
  if (bracket !== null) return bracket.end;
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}

function bracketAt(text: string, at: number): { start: number; stop: number; end: number } | null {
  if (text[at] !== "[") return null;
  BRACKET.lastIndex = at;
  const open = BRACKET.exec(text);
  if (open === null) return null;
  const close = `]${open[1] ?? ""}]`;
  const start = at + open[0].length;
  const stop = text.indexOf(close, start);
  return stop === -1
    ? { start, stop: text.length, end: text.length }
    : { start, stop, end: stop + close.length };
}

function endOfQuoted(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
