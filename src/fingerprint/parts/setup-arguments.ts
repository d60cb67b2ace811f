/** Arguments of `setup()` that lie in a dictionary: `arguments = {"version": "1.0", ...}`, then `setup(**arguments)`. */
import type { Expression, Statement } from "../../closure/python-syntax.ts";
import { allExpressions, allStatements } from "../../closure/python-walk.ts";

/** Dictionaries of arguments, each with the keys that something else reads. */
export type SetupArguments = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Names that stand for nothing but arguments of `setup()`: each is only bound to dictionaries as they are written,
 * handed over with `**`, and read or changed by keys that are written out.
 */
export function setupArguments(
  module: readonly Statement[],
  isSetup: (callee: Expression) => boolean,
): SetupArguments {
  const expressions = allExpressions(module);
  const handed = new Map<string, number>();
  for (const one of expressions) {
    if (one.kind !== "call" || !isSetup(one.callee)) continue;
    for (const { star, value } of one.args)
      if (star === "**" && value.kind === "name") count(handed, value.name);
  }
  const known = new Map<string, number>(handed);
  const read = new Map<string, Set<string>>([...handed.keys()].map((name) => [name, new Set<string>()]));
  for (const one of allStatements(module)) {
    if (one.kind !== "assign" || one.operator !== "=") continue;
    for (const target of one.targets) {
      if (target.kind === "name" && one.value !== null && isDictionary(one.value)) count(known, target.name);
    }
  }
  const set = new Set(changedPlaces(module));
  for (const one of expressions) {
    const place = placeOf(one);
    if (place === null) continue;
    count(known, place.name);
    if (!set.has(one)) read.get(place.name)?.add(place.key);
  }
  const uses = new Map<string, number>();
  for (const one of expressions) if (one.kind === "name") count(uses, one.name);
  return new Map([...read].filter(([name]) => known.get(name) === uses.get(name)));
}

/** `arguments["version"] = ...`: the dictionary and the key. */
export function placeOf(value: Expression): { readonly name: string; readonly key: string } | null {
  if (value.kind !== "index" || value.of.kind !== "name" || value.at.kind !== "string") return null;
  return { name: value.of.name, key: value.at.value };
}

/** `key: value` of a dictionary as it is written; null for `**other` and keys that are computed. */
export function entryOf(item: Expression): { readonly key: string; readonly value: Expression } | null {
  if (item.kind !== "operation" || item.operator !== "pair") return null;
  const [key, value] = item.operands;
  return key?.kind === "string" && value ? { key: key.value, value } : null;
}

export function isDictionary(value: Expression): value is Extract<Expression, { kind: "display" }> {
  return value.kind === "display" && value.bracket === "{" && value.items.every((item) => isPair(item));
}

function isPair(item: Expression): boolean {
  return item.kind === "operation" && (item.operator === "pair" || item.operator === "**");
}

/** Places that a plain assignment sets. */
function changedPlaces(module: readonly Statement[]): Expression[] {
  return allStatements(module).flatMap((one) =>
    one.kind === "assign" && one.operator === "=" ? one.targets : [],
  );
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
