/** Python's statements (language reference, "Simple statements" and "Compound statements"). */
import { NotReadable, unlessUnreadable } from "./not-readable.ts";
import {
  readArguments,
  readExpression,
  readExpressions,
  readParameters,
  readTargets,
} from "./python-expression.ts";
import type { Branch, Expression, Import, Statement } from "./python-syntax.ts";
import { pythonTokens } from "./python-tokens.ts";
import { TokenCursor } from "./token-cursor.ts";

/** The statements of a module. Null: no Python 3, or of a kind that is not read (`match`, `type`). */
export function readPython(text: string): readonly Statement[] | null {
  return unlessUnreadable(() => {
    const cursor = new TokenCursor(pythonTokens(text));
    const statements: Statement[] = [];
    while (!cursor.acceptKind("end")) statements.push(...readStatement(cursor));
    return statements;
  });
}

/** One logical line with its block, or several simple statements between semicolons. */
function readStatement(cursor: TokenCursor): Statement[] {
  const decorators: Expression[] = [];
  while (cursor.accept("@")) {
    decorators.push(readExpression(cursor));
    endLine(cursor);
  }
  const isAsync = cursor.accept("async");
  if (cursor.accept("def")) return [readDefinition(cursor, decorators, isAsync)];
  if (cursor.accept("class")) return [readClass(cursor, decorators)];
  if (decorators.length > 0) throw new NotReadable("a decorator without a definition");
  const keyword = ["if", "while", "for", "try", "with"].find((one) => cursor.is(one));
  if (keyword !== undefined) return [readCompound(cursor, isAsync)];
  return readLine(cursor);
}

function readLine(cursor: TokenCursor): Statement[] {
  const statements: Statement[] = [];
  do {
    if (cursor.peek().kind === "newline") break;
    statements.push(...readSimple(cursor));
  } while (cursor.accept(";"));
  endLine(cursor);
  return statements;
}

function endLine(cursor: TokenCursor): void {
  if (!cursor.acceptKind("newline")) throw new NotReadable("more on the line");
}

function readBody(cursor: TokenCursor): Statement[] {
  cursor.expect(":");
  if (!cursor.acceptKind("newline")) return readLine(cursor);
  if (!cursor.acceptKind("indent")) throw new NotReadable("no block");
  const statements: Statement[] = [];
  while (!cursor.acceptKind("dedent")) statements.push(...readStatement(cursor));
  return statements;
}

function readDefinition(cursor: TokenCursor, decorators: Expression[], isAsync: boolean): Statement {
  const name = cursor.expectName();
  cursor.expect("(");
  const parameters = readParameters(cursor, ")");
  const returns = cursor.accept("->") ? readExpressions(cursor) : null;
  return { kind: "def", isAsync, name, decorators, parameters, returns, body: readBody(cursor) };
}

function readClass(cursor: TokenCursor, decorators: Expression[]): Statement {
  const name = cursor.expectName();
  const args = cursor.accept("(") ? readArguments(cursor) : [];
  return { kind: "class", name, decorators, args, body: readBody(cursor) };
}

const FOLLOWERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["if", ["elif", "else"]],
  ["for", ["else"]],
  ["while", ["else"]],
  ["try", ["except", "else", "finally"]],
  ["with", []],
]);

function readCompound(cursor: TokenCursor, isAsync: boolean): Statement {
  const first = readBranch(cursor);
  const followers = FOLLOWERS.get(first.keyword) ?? [];
  const branches = [isAsync ? { ...first, keyword: `async ${first.keyword}` } : first];
  while (followers.some((one) => cursor.is(one))) branches.push(readBranch(cursor));
  return { kind: "compound", branches };
}

function readBranch(cursor: TokenCursor): Branch {
  const token = cursor.next();
  const keyword = token.text;
  switch (keyword) {
    case "if":
    case "elif":
    case "while":
      return { keyword, header: [readExpression(cursor)], targets: [], body: readBody(cursor) };
    case "for": {
      const target = readTargets(cursor);
      cursor.expect("in");
      return { keyword, header: [readExpressions(cursor)], targets: [target], body: readBody(cursor) };
    }
    case "with":
      return readWith(cursor);
    case "except": {
      const name = cursor.accept("*") ? "except*" : keyword;
      if (cursor.is(":")) return { keyword: name, header: [], targets: [], body: readBody(cursor) };
      const header = [readExpressions(cursor)];
      const targets: Expression[] = cursor.accept("as") ? [{ kind: "name", name: cursor.expectName() }] : [];
      return { keyword: name, header, targets, body: readBody(cursor) };
    }
    default:
      return { keyword, header: [], targets: [], body: readBody(cursor) };
  }
}

function readWith(cursor: TokenCursor): Branch {
  const header: Expression[] = [];
  const targets: (Expression | null)[] = [];
  const hasBrackets = cursor.is("(") && bracketsWholeHeader(cursor);
  if (hasBrackets) cursor.next();
  do {
    if (hasBrackets && cursor.is(")")) break;
    header.push(readExpression(cursor));
    targets.push(cursor.accept("as") ? readTarget(cursor) : null);
  } while (cursor.accept(","));
  if (hasBrackets) cursor.expect(")");
  return { keyword: "with", header, targets, body: readBody(cursor) };
}

/** `with (a as x, b):` has brackets of its own, `with (a):` and `with (a or b).c:` an expression's. */
function bracketsWholeHeader(cursor: TokenCursor): boolean {
  let depth = 0;
  let hasAs = false;
  for (let ahead = 0; ; ahead += 1) {
    const token = cursor.peek(ahead);
    if (token.kind === "end" || token.kind === "newline") return false;
    if (token.kind === "op" && /^[([{]$/.test(token.text)) depth += 1;
    if (token.kind === "op" && /^[)\]}]$/.test(token.text)) depth -= 1;
    if (depth === 1 && cursor.is("as", ahead)) hasAs = true;
    if (depth === 0) return hasAs && cursor.is(":", ahead + 1);
  }
}

function readTarget(cursor: TokenCursor): Expression {
  // A comma after it starts the next item, so a tuple here has brackets.
  return readExpression(cursor);
}

const PLAIN: ReadonlySet<string> = new Set(["pass", "break", "continue"]);
const WITH_VALUES: ReadonlySet<string> = new Set(["return", "raise", "assert", "del", "global", "nonlocal"]);

function readSimple(cursor: TokenCursor): Statement[] {
  const { kind, text } = cursor.peek();
  if (kind === "name" && PLAIN.has(text)) {
    cursor.next();
    return [{ kind: "keyword", keyword: text, values: [] }];
  }
  if (kind === "name" && WITH_VALUES.has(text)) return [readKeyword(cursor)];
  if (cursor.accept("import")) return readImport(cursor);
  if (cursor.accept("from")) return readFrom(cursor);
  return [readAssignment(cursor)];
}

function readKeyword(cursor: TokenCursor): Statement {
  const keyword = cursor.next().text;
  const values: Expression[] = [];
  if (cursor.peek().kind !== "newline" && !cursor.is(";")) {
    values.push(readExpressions(cursor));
    if (keyword === "assert" && cursor.accept(",")) values.push(readExpression(cursor));
    if (keyword === "raise" && cursor.accept("from")) values.push(readExpression(cursor));
  }
  return { kind: "keyword", keyword, values };
}

const AUGMENTED = ["+=", "-=", "*=", "/=", "//=", "%=", "@=", "&=", "|=", "^=", ">>=", "<<=", "**="];

function readAssignment(cursor: TokenCursor): Statement {
  const first = readExpressions(cursor);
  if (cursor.accept(":")) {
    const annotation = readExpression(cursor);
    const value = cursor.accept("=") ? readExpressions(cursor) : null;
    return { kind: "assign", targets: [first], operator: value === null ? "" : "=", annotation, value };
  }
  const augmented = AUGMENTED.find((one) => cursor.accept(one));
  if (augmented !== undefined) {
    const value = readExpressions(cursor);
    return { kind: "assign", targets: [first], operator: augmented, annotation: null, value };
  }
  const sides = [first];
  while (cursor.accept("=")) sides.push(readExpressions(cursor));
  const value = sides.pop() ?? first;
  if (sides.length === 0) return { kind: "expression", value };
  return { kind: "assign", targets: sides, operator: "=", annotation: null, value };
}

function readImport(cursor: TokenCursor): Import[] {
  const imports: Import[] = [];
  do {
    const module = readDotted(cursor);
    const alias = cursor.accept("as") ? cursor.expectName() : null;
    imports.push({ kind: "import", module, name: null, alias });
  } while (cursor.accept(","));
  return imports;
}

function readFrom(cursor: TokenCursor): Import[] {
  let module = "";
  while (cursor.is(".") || cursor.is("...")) module += cursor.next().text;
  if (!cursor.is("import")) module += readDotted(cursor);
  cursor.expect("import");
  if (cursor.accept("*")) return [{ kind: "import", module, name: "*", alias: null }];
  const hasBrackets = cursor.accept("(");
  const imports: Import[] = [];
  do {
    if (hasBrackets && cursor.is(")")) break;
    const name = cursor.expectName();
    const alias = cursor.accept("as") ? cursor.expectName() : null;
    imports.push({ kind: "import", module, name, alias });
  } while (cursor.accept(","));
  if (hasBrackets) cursor.expect(")");
  return imports;
}

function readDotted(cursor: TokenCursor): string {
  let name = cursor.expectName();
  while (cursor.accept(".")) name += `.${cursor.expectName()}`;
  return name;
}
