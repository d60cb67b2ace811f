import type { RepoPath } from "../model.ts";

/**
 * The entries that are `heads` or lie in them, found by halving: an index is sorted.
 * @param heads ASCII names at the top; a path that is not ASCII compares with them as its bytes do. Null: all entries.
 */
export function entriesUnder<Entry extends { readonly path: RepoPath }>(
  entries: readonly Entry[],
  heads: Iterable<string> | null,
): readonly Entry[] {
  if (heads === null) return entries;
  return [...heads].sort().flatMap((head) => {
    const at = firstFrom(entries, head);
    const own = entries[at]?.path === head ? [at, at + 1] : [at, at];
    const inside = entries.slice(firstFrom(entries, `${head}/`), firstFrom(entries, `${head}0`)); // "0" follows "/"
    return [...entries.slice(...own), ...inside];
  });
}

/** Place of the first entry that is not before `path`. */
export function firstFrom(entries: readonly { readonly path: RepoPath }[], path: string): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.path ?? "") < path) low = middle + 1;
    else high = middle;
  }
  return low;
}
