/**
 * What a CMake expression can be, as far as one file tells: every value that is assigned anywhere in it, whatever
 * the order and the conditions. Where others could assign too, UNKNOWN is among the values.
 */
import type { CMakeArgument } from "./cmake-tokens.ts";

/** Any text. */
export const UNKNOWN = "\u0001";
/** Begins an absolute path of the tree; what follows is the path from the top. */
export const TREE = "\u0002";
/** Begins a path of the build directory, which holds no file of the tree. */
export const BUILD = "\u0003";

/** Values of variables, in a function with those of the file behind them. */
export interface Scope {
  readonly own: Map<string, Set<string>>;
  readonly outer: Scope | null;
}

/** More values than this are not told apart. */
const MOST_VALUES = 48;

/** A scope for a file, or for one call of a function. */
export function newScope(outer: Scope | null): Scope {
  return { own: new Map(), outer };
}

/** Adds values to a variable. */
export function assign(scope: Scope, name: string, values: Iterable<string>): void {
  const known = scope.own.get(name) ?? new Set();
  for (const value of values) if (known.size <= MOST_VALUES) known.add(value);
  scope.own.set(name, known);
}

/** Values of a variable's name as written between `${` and `}`. */
export function lookUp(scope: Scope, name: string): readonly string[] {
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const known = at.own.get(name);
    if (known !== undefined) return known.size > MOST_VALUES ? [UNKNOWN] : [...known];
  }
  if (/(^|_)BINARY_DIR$|^CMAKE_CURRENT_BINARY|^CMAKE_CFG_INTDIR$/.test(name)) return [BUILD];
  return [UNKNOWN];
}

/** The values of all arguments, lists taken apart. */
export function expandAll(args: readonly CMakeArgument[], scope: Scope): string[] {
  return args.flatMap((arg) => expandArgument(arg, scope));
}

/** The values of one argument; of a list its members. Generator expressions give what stands in them. */
export function expandArgument(arg: CMakeArgument, scope: Scope): string[] {
  if (arg.kind === "bracket") return [arg.text];
  return expand(arg.text, scope)
    .flatMap((value) => value.split(";"))
    .flatMap(openGenerator)
    .map((value) => value.replace(/\\(.)/g, "$1"))
    .filter((value) => value !== "");
}

/** References from the inside out, so that `${A_${B}}` is found. */
function expand(text: string, scope: Scope): string[] {
  let values = [text.replace(/\$(?:ENV|CACHE)\{[^${}]*\}|@\w+@|\$\(\w+\)/g, UNKNOWN)];
  for (let round = 0; round < 8; round += 1) {
    if (!values.some((value) => value.includes("${") || /\$(?:ENV|CACHE)\{/.test(value))) return values;
    values = [...new Set(values.flatMap((value) => expandOnce(value, scope)))];
    if (values.length > MOST_VALUES) return [text.replace(/\$\{.*\}/s, UNKNOWN)];
  }
  return [text.replace(/\$\{.*\}/s, UNKNOWN)];
}

function expandOnce(value: string, scope: Scope): string[] {
  const inner = /\$(ENV|CACHE)?\{([^${}]*)\}/.exec(value);
  if (inner === null) return [value.replace(/\$(?:ENV|CACHE)?\{.*$/s, UNKNOWN)];
  const before = value.slice(0, inner.index);
  const after = value.slice(inner.index + inner[0].length);
  const name = inner[2] ?? "";
  const found = inner[1] === undefined && !name.includes(UNKNOWN) ? lookUp(scope, name) : [UNKNOWN];
  return found.map((one) => before + one + after);
}

/** `$<BUILD_INTERFACE:a.cpp>` holds `a.cpp`; what it asks (`$<CONFIG:Debug>`) is taken along and names nothing. */
function openGenerator(value: string): string[] {
  if (!value.includes("$<")) return [value];
  return value
    .replace(/\$<TARGET_OBJECTS:[^<>]*>/g, "")
    .split(/\$<|[<>,:]/)
    .filter((piece) => piece !== "");
}
