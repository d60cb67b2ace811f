/** Sets of path patterns: what an expression of a build script can be (see path-pattern.ts). */
import { UNKNOWN } from "./path-pattern.ts";

/** A list and its elements are the same here: all patterns that occur in it. */
export type Patterns = readonly string[];

/** Text that is made by `%`, `str.format` or a template: what is put in is not known. */
export function withPlaceholders(text: string): string {
  return text.replace(/%[-#0 +]*\d*(?:\.\d+)?[sdifrx]|%\(\w+\)[sdifrx]|\$?\{[^{}]*\}|@\w+@/g, UNKNOWN);
}

/** So many different paths are as good as any path. */
const MOST = 2000;

/** All of them. */
export function union(...sets: readonly Patterns[]): Patterns {
  return limited(new Set(sets.flat()));
}

/** Each of the left with each of the right. */
export function combine(left: Patterns, right: Patterns, join: (a: string, b: string) => string): Patterns {
  if (left.length * right.length > MOST * 4) return [UNKNOWN];
  // No pattern at all is a number, None or a circle of names: its text is not known.
  const [heads, tails] = [left, right].map((one) => (one.length === 0 ? [UNKNOWN] : one));
  return limited(new Set((heads ?? []).flatMap((a) => (tails ?? []).map((b) => join(a, b)))));
}

/** Each of the left followed by each of the right. */
export function concat(left: Patterns, right: Patterns): Patterns {
  return combine(left, right, (a, b) => (a + b).replace(/\u{F0000}{2,}/gu, UNKNOWN));
}

function limited(patterns: ReadonlySet<string>): Patterns {
  return patterns.size > MOST ? [UNKNOWN] : [...patterns];
}
