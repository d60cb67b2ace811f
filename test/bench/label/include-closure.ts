import { posix } from "node:path";

/**
 * Files of the tree that `sources` include, themselves among them: each `#include` is looked for beside the file
 * that has it, then below each of `roots`. Names that are found nowhere belong to the system.
 */
export async function includeClosure(
  tree: ReadonlyMap<string, string>,
  sources: readonly string[],
  roots: readonly string[],
  includesOf: (path: string) => Promise<readonly string[]>,
): Promise<Set<string>> {
  const seen = new Set<string>();
  const open = sources.filter((path) => tree.has(path));
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const name of await includesOf(path)) {
      const places = [posix.dirname(path), ...roots].map((folder) => posix.join(folder, name));
      const found = places.find((place) => tree.has(place));
      if (found !== undefined) open.push(found);
    }
  }
  return seen;
}
