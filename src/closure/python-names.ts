/** What each name of a module can hold, wherever it is bound: scopes and order do not count. */
import type { Argument, Definition, Expression, Parameter, Statement } from "./python-syntax.ts";
import { allExpressions, allStatements, boundNames } from "./python-walk.ts";

export interface BoundNames {
  /** Expressions that a name, or an element of it, can be the value of. Absent: it is not bound here. */
  readonly values: ReadonlyMap<string, readonly Expression[]>;
  /** Functions by name; of methods, too. */
  readonly functions: ReadonlyMap<string, readonly Definition[]>;
}

/** Reads assignments, loops, arguments of calls and what is appended. */
export function bindNames(statements: readonly Statement[]): BoundNames {
  const values = new Map<string, Expression[]>();
  const functions = new Map<string, Definition[]>();
  const bind = (name: string, value: Expression): void => {
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else if (!known.includes(value)) known.push(value);
  };
  const bindTarget = (target: Expression, value: Expression): void => {
    if (target.kind === "attribute") bind(`.${target.name}`, value);
    if (target.kind === "index" && target.of.kind === "name") bind(target.of.name, value);
    for (const name of boundNames(target)) bind(name, value);
  };
  const all = allStatements(statements);
  for (const one of all) {
    if (one.kind === "assign" && one.value !== null) {
      for (const target of one.targets) bindTarget(target, one.value);
    } else if (one.kind === "def") functions.set(one.name, [...(functions.get(one.name) ?? []), one]);
    else if (one.kind === "compound") {
      for (const branch of one.branches.filter(({ keyword }) => /for|with/.test(keyword))) {
        branch.targets.forEach((target, at) => {
          const value = branch.header[at];
          if (target !== null && value !== undefined) bindTarget(target, value);
        });
      }
    }
  }
  for (const value of allExpressions(statements)) {
    if (value.kind === "comprehension") {
      for (const { target, iterable } of value.clauses) bindTarget(target, iterable);
    } else if (value.kind === "call") {
      bindAdded(value.callee, value.args, bind);
      for (const definition of functions.get(calleeName(value.callee)) ?? []) {
        bindArguments(definition.parameters, value.args, value.callee.kind === "attribute", bind);
      }
    } else if (value.kind === "operation" && value.operator === ":=") {
      const [target, bound] = value.operands;
      if (target?.kind === "name" && bound !== undefined && bound !== null) bind(target.name, bound);
    }
  }
  for (const { parameters } of [...functions.values()].flat()) {
    for (const { name, preset } of parameters) if (preset !== null) bind(name, preset);
  }
  return { values, functions };
}

/** The last name of what is called. */
export function calleeName(callee: Expression): string {
  if (callee.kind === "attribute") return callee.name;
  return callee.kind === "name" ? callee.name : "";
}

type Bind = (name: string, value: Expression) => void;

const ADDERS: ReadonlySet<string> = new Set(["append", "extend", "insert", "add", "update", "appendleft"]);

function bindAdded(callee: Expression, args: readonly Argument[], bind: Bind): void {
  if (callee.kind !== "attribute" || !ADDERS.has(callee.name)) return;
  const owner = callee.of.kind === "index" ? callee.of.of : callee.of;
  const name = owner.kind === "name" ? owner.name : owner.kind === "attribute" ? `.${owner.name}` : null;
  if (name === null) return;
  for (const { value } of args) bind(name, value);
}

function bindArguments(
  parameters: readonly Parameter[],
  args: readonly Argument[],
  isMethod: boolean,
  bind: Bind,
): void {
  const named = parameters.filter(({ name }) => name !== "");
  const skipped = isMethod && /^(?:self|cls)$/.test(named[0]?.name ?? "") ? 1 : 0;
  const places = named.slice(skipped).filter(({ star }) => star !== "**");
  let at = 0;
  for (const { name, star, value } of args) {
    if (name !== null) bind(name, value);
    else if (star === "") {
      const place = places[Math.min(at, places.length - 1)];
      if (place !== undefined && (at < places.length || place.star === "*")) bind(place.name, value);
      at += 1;
    } else for (const { name: parameter } of places.slice(at)) bind(parameter, value);
  }
}
