/** Pure: the arguments of an operator by its schema, of a function by its signature, and whether a call can be meant for it. */
import type { CallShape } from "./callers.ts";

export interface Schema {
  readonly overload: string;
  readonly arguments: readonly SchemaArgument[];
}

interface SchemaArgument {
  readonly name: string;
  readonly hasDefault: boolean;
  readonly isKeywordOnly: boolean;
}

/** Reads `ns::name.overload(Tensor a, *, int b=0) -> Tensor`. Null for what is no schema. */
export function parseSchema(text: string): Schema | null {
  const [head, overload = ""] = /^\s*(?:\w+::)?\w+(?:\.(\w+))?\s*\(/.exec(text) ?? [];
  if (head === undefined) return null;
  const parts = topLevelParts(text, head.length);
  if (parts === null) return null;
  let isKeywordOnly = false;
  const found: SchemaArgument[] = [];
  for (const part of parts) {
    if (part === "*") {
      isKeywordOnly = true;
      continue;
    }
    const [declared = "", ...defaults] = part.split("=");
    const name = /(\w+)\s*$/.exec(declared)?.[1];
    if (name === undefined) return null; // `...`, or something newer than this
    found.push({ name, hasDefault: defaults.length > 0, isKeywordOnly });
  }
  return { overload, arguments: found };
}

/**
 * Reads `name(a: int, *, b: str = 'x') -> None`. Null for what is none, where it takes any arguments, and for types as
 * C++ writes them and values as `<Kind.A: 1>`, whose commas cannot be told from those between arguments.
 */
export function parseSignature(text: string): Schema | null {
  const head = /^\w+\(/.exec(text)?.[0];
  const parts = head === undefined ? null : topLevelParts(text, head.length);
  if (parts === null || /<|::/.test(text.replace(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/g, ""))) return null;
  let isKeywordOnly = false;
  const found: SchemaArgument[] = [];
  for (const part of parts) {
    if (part === "/") continue;
    if (part === "*") {
      isKeywordOnly = true;
      continue;
    }
    const name = /^(\w+)\s*(?:[:=]|$)/.exec(part)?.[1];
    if (name === undefined) return null; // `*args`
    found.push({ name, hasDefault: part.includes("="), isKeywordOnly });
  }
  return { overload: "", arguments: found };
}

/** Why a call fits none of the schemas, or null: it fits one, or cannot be judged. */
export function misfit(
  call: CallShape,
  overload: string,
  schemas: readonly (Schema | null)[],
): string | null {
  const known = schemas.filter((schema) => schema !== null);
  if (known.length === 0 || known.length < schemas.length) return null;
  const wanted =
    overload === ""
      ? known
      : known.filter((one) => one.overload === (overload === "default" ? "" : overload));
  const reasons = wanted.map((schema) => misfitOf(call, schema));
  return reasons.includes(null) || reasons.length === 0 ? null : (reasons[0] ?? null);
}

function misfitOf({ positional, keywords }: CallShape, schema: Schema): string | null {
  const byPlace = schema.arguments.filter(({ isKeywordOnly }) => !isKeywordOnly);
  if (positional > byPlace.length)
    return `it takes ${countOf(byPlace.length)} by position, and ${positional} are given`;
  const given = new Set(byPlace.slice(0, positional).map(({ name }) => name));
  for (const keyword of keywords) {
    if (!schema.arguments.some(({ name }) => name === keyword)) return `it has no argument ${keyword}`;
    if (given.has(keyword)) return `${keyword} is given twice`;
    given.add(keyword);
  }
  const absent = schema.arguments.filter(({ name, hasDefault }) => !hasDefault && !given.has(name));
  return absent.length === 0
    ? null
    : `${absent.map(({ name }) => name).join(", ")} ${absent.length === 1 ? "is" : "are"} not given`;
}

/** The parts between commas up to the bracket that closes; null when none does. */
function topLevelParts(text: string, from: number): string[] | null {
  const parts: string[] = [];
  let depth = 1;
  let quote = "";
  let start = from;
  for (let at = from; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (quote !== "") {
      if (char === quote && text[at - 1] !== "\\") quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if ("([{".includes(char)) depth += 1;
    else if (")]}".includes(char)) depth -= 1;
    if (depth === 0 || (depth === 1 && quote === "" && char === ",")) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
    if (depth === 0) return parts.filter((part) => part !== "");
  }
  return null;
}

function countOf(number: number): string {
  return `${number} argument${number === 1 ? "" : "s"}`;
}
