import { NotReadable } from "./not-readable.ts";
import type { PythonToken } from "./python-tokens.ts";

/** A place in a list of Python tokens, for reading on from there. */
export class TokenCursor {
  private readonly tokens: readonly PythonToken[];
  private at = 0;

  constructor(tokens: readonly PythonToken[]) {
    this.tokens = tokens;
  }

  /** The token here, or one further on; past the end it is `end`. */
  peek(ahead = 0): PythonToken {
    return this.tokens[this.at + ahead] ?? { kind: "end", text: "" };
  }

  next(): PythonToken {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  /** True when an operator or a keyword of this text is here. */
  is(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return (token.kind === "op" || token.kind === "name") && token.text === text;
  }

  /** Steps over `text` where it is here. */
  accept(text: string): boolean {
    const found = this.is(text);
    if (found) this.at += 1;
    return found;
  }

  expect(text: string): void {
    if (!this.accept(text)) throw new NotReadable(`no ${text}`);
  }

  acceptKind(kind: "newline" | "indent" | "dedent" | "end"): boolean {
    const found = this.peek().kind === kind;
    if (found) this.at += 1;
    return found;
  }

  /** A name that is no keyword. */
  expectName(): string {
    const token = this.next();
    if (token.kind !== "name" || KEYWORDS.has(token.text)) throw new NotReadable("no name");
    return token.text;
  }
}

/** Words that can never be names (Python 3.8 to 3.14). */
export const KEYWORDS: ReadonlySet<string> = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from " +
    "global if import in is lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);
