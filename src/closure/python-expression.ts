/** Python's expressions by precedence (language reference, "Expressions"). */
import { comparison, LEVELS, operation, OR, startsExpression } from "./python-operators.ts";
import { NotReadable } from "./not-readable.ts";
import type { Argument, Bracket, Clause, Expression, Field, Parameter } from "./python-syntax.ts";
import type { FormatPiece } from "./python-tokens.ts";
import { KEYWORDS, TokenCursor } from "./token-cursor.ts";

/** `a`, or `a, *b` as a tuple; what can stand on the right of `=` and after `return`. @throws NotReadable */
export function readExpressions(cursor: TokenCursor): Expression {
  if (cursor.is("yield")) return readYield(cursor);
  const first = readStarred(cursor);
  if (!cursor.is(",")) return first;
  const items = [first];
  while (cursor.accept(",") && startsExpression(cursor)) items.push(readStarred(cursor));
  return { kind: "display", bracket: "(", items };
}

/** One expression: conditional, lambda or `name := value`. @throws NotReadable */
export function readExpression(cursor: TokenCursor): Expression {
  if (cursor.accept("lambda")) {
    const parameters = readParameters(cursor, ":");
    return { kind: "lambda", parameters, body: readExpression(cursor) };
  }
  const value = readBinary(cursor, 0);
  if (value.kind === "name" && cursor.accept(":=")) {
    return operation(":=", value, readExpression(cursor));
  }
  if (!cursor.accept("if")) return value;
  const condition = readBinary(cursor, 0);
  cursor.expect("else");
  return operation("if", condition, value, readExpression(cursor));
}

/** Names on the left of `in`: a target, or several as a tuple. @throws NotReadable */
export function readTargets(cursor: TokenCursor): Expression {
  const read = (): Expression =>
    cursor.accept("*") ? operation("*", readBinary(cursor, OR)) : readBinary(cursor, OR);
  const first = read();
  if (!cursor.is(",")) return first;
  const items = [first];
  while (cursor.accept(",") && startsExpression(cursor)) items.push(read());
  return { kind: "display", bracket: "(", items };
}

/** Parameters up to `end`, which is stepped over. @throws NotReadable */
export function readParameters(cursor: TokenCursor, end: ")" | ":"): Parameter[] {
  const parameters: Parameter[] = [];
  while (!cursor.accept(end)) {
    const star = cursor.accept("**") ? "**" : cursor.accept("*") ? "*" : cursor.accept("/") ? "/" : "";
    const isMark = star === "/" || (star === "*" && (cursor.is(",") || cursor.is(end)));
    const name = isMark ? "" : cursor.expectName();
    const annotation = !isMark && end === ")" && cursor.accept(":") ? readStarred(cursor) : null;
    const preset = !isMark && cursor.accept("=") ? readExpression(cursor) : null;
    parameters.push({ name, star, annotation, preset });
    if (!cursor.is(end)) cursor.expect(",");
  }
  return parameters;
}

/** Arguments of a call or a class up to `)`, which is stepped over. @throws NotReadable */
export function readArguments(cursor: TokenCursor): Argument[] {
  const args: Argument[] = [];
  while (!cursor.accept(")")) {
    const star = cursor.accept("**") ? "**" : cursor.accept("*") ? "*" : "";
    const isNamed = star === "" && cursor.peek().kind === "name" && cursor.is("=", 1);
    const name = isNamed ? cursor.expectName() : null;
    if (isNamed) cursor.expect("=");
    const element = readExpression(cursor);
    const clauses = readClauses(cursor);
    const value: Expression =
      clauses.length > 0 ? { kind: "comprehension", bracket: "(", element, clauses } : element;
    args.push({ name, star, value });
    if (!cursor.is(")")) cursor.expect(",");
  }
  return args;
}

/** Pieces of an f-string, its fields read. @throws NotReadable */
function readPieces(pieces: readonly FormatPiece[]): (string | Field)[] {
  return pieces.map((piece) => {
    if (typeof piece === "string") return piece;
    const cursor = new TokenCursor(piece.tokens);
    const value = readExpressions(cursor);
    if (!cursor.acceptKind("end")) throw new NotReadable("more in a field");
    return { value, conversion: piece.conversion, spec: readPieces(piece.spec) };
  });
}

function readYield(cursor: TokenCursor): Expression {
  cursor.expect("yield");
  if (cursor.accept("from")) return operation("yield from", readExpression(cursor));
  return startsExpression(cursor) ? operation("yield", readExpressions(cursor)) : operation("yield");
}

function readStarred(cursor: TokenCursor): Expression {
  return cursor.accept("*") ? operation("*", readBinary(cursor, OR)) : readExpression(cursor);
}

function readBinary(cursor: TokenCursor, level: number): Expression {
  const operators = LEVELS[level];
  if (operators === undefined) return readUnary(cursor);
  if (operators[0] === "not") {
    return cursor.accept("not") ? operation("not", readBinary(cursor, level)) : readBinary(cursor, level + 1);
  }
  if (operators[0] === "compare") return readComparison(cursor, level);
  let left = readBinary(cursor, level + 1);
  for (;;) {
    const operator = operators.find((one) => cursor.accept(one));
    if (operator === undefined) return left;
    left = operation(operator, left, readBinary(cursor, level + 1));
  }
}

function readComparison(cursor: TokenCursor, level: number): Expression {
  const operands = [readBinary(cursor, level + 1)];
  const operators: string[] = [];
  for (;;) {
    const operator = comparison(cursor);
    if (operator === null) break;
    operators.push(operator);
    operands.push(readBinary(cursor, level + 1));
  }
  const [only] = operands;
  return operators.length === 0 && only !== undefined ? only : operation(operators.join(" "), ...operands);
}

function readUnary(cursor: TokenCursor): Expression {
  const sign = ["+", "-", "~"].find((one) => cursor.accept(one));
  if (sign !== undefined) return operation(sign, readUnary(cursor));
  const base = cursor.accept("await") ? operation("await", readPrimary(cursor)) : readPrimary(cursor);
  return cursor.accept("**") ? operation("**", base, readUnary(cursor)) : base;
}

function readPrimary(cursor: TokenCursor): Expression {
  let value = readAtom(cursor);
  for (;;) {
    if (cursor.accept(".")) {
      const token = cursor.next();
      if (token.kind !== "name") throw new NotReadable("no attribute");
      value = { kind: "attribute", of: value, name: token.text };
    } else if (cursor.accept("(")) value = { kind: "call", callee: value, args: readArguments(cursor) };
    else if (cursor.accept("[")) value = { kind: "index", of: value, at: readSubscript(cursor) };
    else return value;
  }
}

function readSubscript(cursor: TokenCursor): Expression {
  const items: Expression[] = [];
  let isTuple = false;
  while (!cursor.accept("]")) {
    items.push(readSlice(cursor));
    if (cursor.is("]")) continue;
    cursor.expect(",");
    isTuple = true;
  }
  const [only] = items;
  if (only === undefined) throw new NotReadable("an empty subscript");
  return isTuple ? { kind: "display", bracket: "(", items } : only;
}

function readSlice(cursor: TokenCursor): Expression {
  const edge = (): Expression | null =>
    cursor.is(":") || cursor.is("]") || cursor.is(",") ? null : readStarred(cursor);
  const first = edge();
  if (!cursor.is(":") && first !== null) return first;
  const operands = [first];
  while (cursor.accept(":")) operands.push(edge());
  return { kind: "operation", operator: ":", operands };
}

function readAtom(cursor: TokenCursor): Expression {
  const token = cursor.next();
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the ends of lines and blocks are the default
  switch (token.kind) {
    case "name":
      if (["True", "False", "None"].includes(token.text)) return { kind: "literal", text: token.text };
      if (KEYWORDS.has(token.text)) throw new NotReadable(`${token.text} in an expression`);
      return { kind: "name", name: token.text };
    case "number":
      return { kind: "literal", text: token.text };
    case "string":
    case "format":
      return readStrings(cursor, token);
    case "op":
      if (token.text === "...") return { kind: "literal", text: "..." };
      if (token.text === "(") return readDisplay(cursor, "(", ")");
      if (token.text === "[") return readDisplay(cursor, "[", "]");
      if (token.text === "{") return readDisplay(cursor, "{", "}");
      throw new NotReadable(`${token.text} in an expression`);
    default:
      throw new NotReadable("the end of a line");
  }
}

/** Literals side by side are one. */
function readStrings(cursor: TokenCursor, first: ReturnType<TokenCursor["next"]>): Expression {
  const pieces: (string | Field)[] = [];
  let text = "";
  let isBytes = false;
  let isFormat = false;
  const add = (piece: string | Field): void => {
    const last = pieces.at(-1);
    if (typeof piece === "string" && typeof last === "string") pieces[pieces.length - 1] = last + piece;
    else pieces.push(piece);
  };
  for (let token = first; ; token = cursor.next()) {
    if (token.kind === "string") {
      add(token.value);
      text += token.value;
      isBytes = token.isBytes;
    } else if (token.kind === "format") {
      isFormat = true;
      readPieces(token.pieces).forEach(add);
    }
    const { kind } = cursor.peek();
    if (kind !== "string" && kind !== "format") break;
  }
  if (isFormat) return { kind: "format", pieces };
  return { kind: "string", value: text, isBytes };
}

function readDisplay(cursor: TokenCursor, bracket: Bracket, end: string): Expression {
  if (bracket === "(" && cursor.is("yield")) {
    const value = readYield(cursor);
    cursor.expect(end);
    return value;
  }
  const items: Expression[] = [];
  let commas = 0;
  while (!cursor.accept(end)) {
    const item = readItem(cursor, bracket);
    const clauses = items.length === 0 ? readClauses(cursor) : [];
    if (clauses.length > 0) {
      cursor.expect(end);
      return { kind: "comprehension", bracket, element: item, clauses };
    }
    items.push(item);
    if (cursor.is(end)) continue;
    cursor.expect(",");
    commas += 1;
  }
  const [only] = items;
  if (bracket === "(" && commas === 0 && only !== undefined) return only;
  return { kind: "display", bracket, items };
}

function readItem(cursor: TokenCursor, bracket: Bracket): Expression {
  if (bracket !== "{") return readStarred(cursor);
  if (cursor.accept("**")) return operation("**", readBinary(cursor, OR));
  const key = readStarred(cursor);
  return cursor.accept(":") ? operation("pair", key, readExpression(cursor)) : key;
}

function readClauses(cursor: TokenCursor): Clause[] {
  const clauses: Clause[] = [];
  while (cursor.is("for") || (cursor.is("async") && cursor.is("for", 1))) {
    const isAsync = cursor.accept("async");
    cursor.expect("for");
    const target = readTargets(cursor);
    cursor.expect("in");
    const iterable = readBinary(cursor, 0);
    const conditions: Expression[] = [];
    while (cursor.accept("if")) conditions.push(readCondition(cursor));
    clauses.push({ isAsync, target, iterable, conditions });
  }
  return clauses;
}

/** A condition has no `else` of its own, but may name what it tests. */
function readCondition(cursor: TokenCursor): Expression {
  const value = readBinary(cursor, 0);
  if (value.kind === "name" && cursor.accept(":=")) return operation(":=", value, readBinary(cursor, 0));
  return value;
}
