/** What the names of one function of a build script hold. */
import type { Definition, Expression } from "../../closure/python-syntax.ts";
import { allStatements, boundNames } from "../../closure/python-walk.ts";

/** Names of a function, for judging what it does. */
export interface Locals {
  readonly names: ReadonlySet<string>;
  /** What simple assignments bind; a name that is bound in another way is absent. */
  readonly values: ReadonlyMap<string, readonly Expression[]>;
  readonly functions: ReadonlyMap<string, Definition>;
  /** Names that are bound in the function itself and are no parameters. */
  readonly opened: ReadonlySet<string>;
}

/** Outside any function. */
export const NO_LOCALS: Locals = {
  names: new Set(),
  values: new Map(),
  functions: new Map(),
  opened: new Set(),
};

/** Names of a function, and those of the functions around it. */
export function localsOf({ parameters, body }: Definition, outer: Locals): Locals {
  const names = new Set([...outer.names, ...parameters.map(({ name }) => name)]);
  const values = new Map<string, Expression[]>();
  const functions = new Map(outer.functions);
  const shared = new Set(names);
  const opened = new Set<string>();
  for (const one of allStatements(body)) {
    if (one.kind === "def") functions.set(one.name, one);
    if (one.kind === "import") names.add(one.alias ?? one.name ?? one.module);
    const targets =
      one.kind === "assign"
        ? one.targets
        : one.kind === "compound"
          ? one.branches.flatMap((branch) => branch.targets)
          : [];
    for (const target of targets) {
      if (target === null) continue;
      for (const name of boundNames(target)) {
        names.add(name);
        if (!shared.has(name)) opened.add(name);
      }
      if (one.kind === "assign" && target.kind === "name" && one.value !== null) {
        values.set(target.name, [...(values.get(target.name) ?? []), one.value]);
      } else for (const name of boundNames(target)) shared.add(name);
    }
  }
  for (const name of shared) values.delete(name);
  for (const name of functions.keys()) if (names.has(name)) functions.delete(name);
  return { names, values, functions, opened };
}

/** A list, dictionary or text that this expression makes, so that no other name holds it. */
export function isNew(value: Expression): boolean {
  switch (value.kind) {
    case "string":
    case "format":
    case "literal":
    case "comprehension":
      return true;
    case "display":
      return value.bracket !== "(" || value.items.every(isNew);
    case "operation":
      return /^[-+*/%|&]$/.test(value.operator) && value.operands.length === 2;
    case "call":
      return isNewCall(value.callee);
    case "name":
    case "attribute":
    case "index":
    case "lambda":
      return false;
  }
}

function isNewCall(callee: Expression): boolean {
  if (callee.kind === "name") return /^(?:list|dict|set|sorted|str)$/.test(callee.name);
  return (
    callee.kind === "attribute" &&
    /^(?:read|read_text|readlines|split|splitlines|strip|format|join)$/.test(callee.name)
  );
}
