/** Going over a Python syntax tree. */
import type { Expression, Field, Parameter, Statement } from "./python-syntax.ts";

/** The expressions directly in an expression. */
export function childExpressions(value: Expression): readonly Expression[] {
  switch (value.kind) {
    case "name":
    case "literal":
    case "string":
      return [];
    case "format":
      return fieldExpressions(value.pieces);
    case "attribute":
      return [value.of];
    case "call":
      return [value.callee, ...value.args.map((arg) => arg.value)];
    case "index":
      return [value.of, value.at];
    case "operation":
      return value.operands.filter((one) => one !== null);
    case "display":
      return value.items;
    case "comprehension":
      return [
        value.element,
        ...value.clauses.flatMap((one) => [one.target, one.iterable, ...one.conditions]),
      ];
    case "lambda":
      return [...parameterExpressions(value.parameters), value.body];
  }
}

/** Expressions and statements directly in a statement. */
export function childrenOf(statement: Statement): {
  expressions: readonly Expression[];
  body: readonly Statement[];
} {
  switch (statement.kind) {
    case "expression":
      return { expressions: [statement.value], body: [] };
    case "assign": {
      const { annotation, value } = statement;
      return { expressions: present(...statement.targets, annotation, value), body: [] };
    }
    case "import":
      return { expressions: [], body: [] };
    case "keyword":
      return { expressions: statement.values, body: [] };
    case "def": {
      const { decorators, parameters, returns, body } = statement;
      return { expressions: present(...decorators, ...parameterExpressions(parameters), returns), body };
    }
    case "class": {
      const { decorators, args, body } = statement;
      return { expressions: [...decorators, ...args.map((arg) => arg.value)], body };
    }
    case "compound":
      return {
        expressions: statement.branches.flatMap(({ header, targets }) => present(...header, ...targets)),
        body: statement.branches.flatMap((branch) => branch.body),
      };
  }
}

/** All statements, those in blocks too, outer ones first. */
export function allStatements(statements: readonly Statement[]): Statement[] {
  const all: Statement[] = [];
  const add = (one: Statement): void => {
    all.push(one);
    childrenOf(one).body.forEach(add);
  };
  statements.forEach(add);
  return all;
}

/** Expressions of statements and of all in their blocks, but not those inside other expressions. */
export function topExpressions(statements: readonly Statement[]): Expression[] {
  return allStatements(statements).flatMap((one) => childrenOf(one).expressions);
}

/** All expressions in statements, outer ones first. */
export function allExpressions(statements: readonly Statement[]): Expression[] {
  return withChildren(topExpressions(statements));
}

/** Expressions and all in them, outer ones first. */
export function withChildren(values: readonly Expression[]): Expression[] {
  const all: Expression[] = [];
  const add = (one: Expression): void => {
    all.push(one);
    for (const child of childExpressions(one)) add(child);
  };
  for (const value of values) add(value);
  return all;
}

/** `a.b.c` as text; null when it is more than names and dots. */
export function dottedName(value: Expression): string | null {
  if (value.kind === "name") return value.name;
  if (value.kind !== "attribute") return null;
  const base = dottedName(value.of);
  return base === null ? null : `${base}.${value.name}`;
}

/** Names that a target binds; an attribute or an index binds none. */
export function boundNames(target: Expression): string[] {
  if (target.kind === "name") return [target.name];
  if (target.kind === "display") return target.items.flatMap(boundNames);
  if (target.kind === "operation" && target.operator === "*") {
    return present(...target.operands).flatMap(boundNames);
  }
  return [];
}

function parameterExpressions(parameters: readonly Parameter[]): Expression[] {
  return parameters.flatMap(({ annotation, preset }) => present(annotation, preset));
}

function fieldExpressions(pieces: readonly (string | Field)[]): Expression[] {
  return pieces.flatMap((piece) =>
    typeof piece === "string" ? [] : [piece.value, ...fieldExpressions(piece.spec)],
  );
}

function present(...values: readonly (Expression | null)[]): Expression[] {
  return values.filter((one) => one !== null);
}
