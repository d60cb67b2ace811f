import { lstatSync } from "node:fs";
import { entryId, fullPath } from "../git/content-id.ts";
import { readTexts } from "../git/work-tree-text.ts";
import type { WorkTree } from "../git/work-tree.ts";
import type { RepoPath, Workspace } from "../model.ts";
import { findClosure } from "./closure.ts";
import type { Closure, TreeText } from "./facts.ts";

/** The closure of the work tree as it is: edits and untracked files count. */
export function workTreeClosure(ws: Workspace, tree: WorkTree): Promise<Closure> {
  return findClosure(workTreeText(ws.top, tree));
}

/** A file that differs from the index has an id that no other content has: it is read each time. */
function workTreeText(top: string, tree: WorkTree): TreeText {
  const ids = new Map<RepoPath, string>();
  for (const { path, mode, oid, flagged } of tree.entries) {
    const isClean = !flagged && !tree.dirty.has(path);
    if (isClean) ids.set(path, entryId(mode, oid));
    else if (lstatSync(fullPath(top, path), { throwIfNoEntry: false }) !== undefined)
      ids.set(path, mode === "160000" ? entryId(mode, oid) : `disk:${path}`);
  }
  for (const path of [...tree.untracked, ...tree.unmerged]) ids.set(path, `disk:${path}`);
  return { ids, read: (paths) => readTexts(top, paths) };
}
