import { COMMIT, LINK } from "../git/content-id.ts";
import type { RepoPath } from "../model.ts";
import type { Closure, TreeText } from "./facts.ts";

/** A closure, and what it was found from. */
export interface Known {
  readonly ids: ReadonlyMap<RepoPath, string>;
  /** All files whose text was asked for, links among them. */
  readonly read: ReadonlySet<RepoPath>;
  readonly closure: Closure;
  readonly root: RepoPath;
}

const recent: Known[] = [];
const MOST = 4;

/** Keeps a closure for trees like this one. */
export function remember(known: Known): void {
  recent.unshift(known);
  recent.length = Math.min(recent.length, MOST);
}

/**
 * The closure of a tree that differs from a known one only in texts that it was not found from: most commits of a
 * project change Python files and documents. It follows from the names of all files and the texts that were read.
 */
export function recall(tree: TreeText, root: RepoPath): Closure | null {
  return recent.find((known) => known.root === root && isLike(tree.ids, known))?.closure ?? null;
}

function isLike(ids: ReadonlyMap<RepoPath, string>, known: Known): boolean {
  for (const path of known.read) {
    const id = ids.get(path);
    // An id that stands for "as it is on disk" says nothing about the text.
    if (id !== known.ids.get(path) || (id !== undefined && !/^(?:link:)?[0-9a-f]{40,64}$/.test(id)))
      return false;
  }
  if (ids === known.ids) return true;
  let count = 0;
  for (const [path, id] of ids) {
    if (NEVER_NAMED.test(path)) continue;
    const before = known.ids.get(path);
    if (before === undefined || kindOfEntry(before) !== kindOfEntry(id)) return false;
    count += 1;
  }
  for (const path of known.ids.keys()) if (!NEVER_NAMED.test(path)) count -= 1;
  return count === 0;
}

/** A file, a link or a submodule. */
function kindOfEntry(id: string): string {
  return id.startsWith(LINK) ? LINK : id.startsWith(COMMIT) ? COMMIT : "";
}

/** Files that no build file names as a source. Submodules and links have no such suffix. */
const NEVER_NAMED = /\.(?:md|rst|png|jpe?g|gif|svg|ipynb|pdf)$/;
