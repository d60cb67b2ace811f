/** Python's operators and where an expression can start. */
import type { Expression } from "./python-syntax.ts";
import { KEYWORDS, type TokenCursor } from "./token-cursor.ts";

/** Left-associative operators, loosest first. `not` and comparisons have levels of their own between them. */
export const LEVELS: readonly (readonly string[])[] = [
  ["or"],
  ["and"],
  ["not"],
  ["compare"],
  ["|"],
  ["^"],
  ["&"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "//", "%", "@"],
];
/** Level of what can follow a star: no `or`, `and`, `not` or comparison. */
export const OR = 4;

/** Steps over a comparison's operator where one is here. */
export function comparison(cursor: TokenCursor): string | null {
  const symbol = ["==", "!=", "<=", ">=", "<", ">", "in"].find((one) => cursor.accept(one));
  if (symbol !== undefined) return symbol;
  if (cursor.is("not") && cursor.is("in", 1)) {
    cursor.next();
    cursor.next();
    return "not-in";
  }
  if (!cursor.accept("is")) return null;
  return cursor.accept("not") ? "is-not" : "is";
}

/** True when an expression starts here. */
export function startsExpression(cursor: TokenCursor): boolean {
  const token = cursor.peek();
  if (token.kind === "name") {
    return !KEYWORDS.has(token.text) || /^(?:True|False|None|not|lambda|await)$/.test(token.text);
  }
  if (token.kind === "op") return ["(", "[", "{", "-", "+", "~", "...", "*"].includes(token.text);
  return token.kind === "number" || token.kind === "string" || token.kind === "format";
}

/** An operator with all its operands. */
export function operation(operator: string, ...operands: readonly Expression[]): Expression {
  return { kind: "operation", operator, operands };
}
