import type { RepoPath } from "../model.ts";
import { firstFrom } from "./entries-under.ts";

/** Paths that can be asked for and gone through. Every `Set` of paths is one. */
export interface PathSet extends Iterable<RepoPath> {
  has(path: RepoPath): boolean;
}

/** The paths of entries that are in code unit order, found by halving: to make a `Set` of 100,000 takes longer than a look. */
export function pathSetOf(entries: readonly { readonly path: RepoPath }[]): PathSet {
  return {
    has: (path) => entries[firstFrom(entries, path)]?.path === path,
    *[Symbol.iterator]() {
      for (const { path } of entries) yield path;
    },
  };
}
