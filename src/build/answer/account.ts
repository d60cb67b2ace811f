/** Is every library of the outputs explained by what was told? */
import { basename } from "node:path";
import { fileSymbols, isRuntimePart, sourceName } from "./file-symbols.ts";
import type { Part } from "./part.ts";

/**
 * A library is accounted for where a build system says that it links it, or where each object in it carries the name
 * of a source that was seen to be compiled, as often as it was.
 * @param libraries absolute paths.
 * @param previous files that objects of an earlier build were made from.
 * @param paths files of the work tree: a source of that name is no part of the runtime.
 * @returns what is not explained, or null.
 */
export function unexplained(
  libraries: readonly string[],
  parts: readonly Part[],
  previous: readonly string[],
  paths: Iterable<string>,
): string | null {
  if (libraries.length === 0) return "no library is among the outputs";
  const made = new Set(parts.flatMap((part) => [...part.made]));
  const compiled = parts.flatMap((part) => part.compiled).map((path) => basename(path));
  const earlier = new Set(previous.map((path) => basename(path)));
  const present = new Set([...paths].map((path) => basename(path)));
  for (const path of libraries) {
    if (made.has(basename(path))) continue;
    const why = unexplainedObject(path, countsOf(compiled), earlier, present);
    if (why !== null) return why;
  }
  return null;
}

function unexplainedObject(
  path: string,
  compiled: ReadonlyMap<string, number>,
  earlier: ReadonlySet<string>,
  present: ReadonlySet<string>,
): string | null {
  const symbols = fileSymbols(path);
  if (symbols === null) return `nobody tells what ${path} was linked from, and it was stripped`;
  const sources = countsOf(symbols.map(sourceName));
  let explained = 0;
  for (const [name, count] of sources) {
    const told = compiled.get(name) ?? 0;
    if (told >= count || earlier.has(name)) explained += 1;
    else if (!isRuntimePart(name) || present.has(name))
      return `nobody tells how ${name} in ${path} was compiled`;
  }
  return explained > 0 ? null : `no object of ${path} carries a name`;
}

function countsOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
