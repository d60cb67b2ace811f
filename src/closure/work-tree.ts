import { lstatSync, readFileSync } from "node:fs";
import { entryId, fullPath } from "../git/content-id.ts";
import type { WorkTree } from "../git/work-tree.ts";
import type { RepoPath, Workspace } from "../model.ts";
import { findClosure } from "./closure.ts";
import type { Closure, TreeText } from "./facts.ts";

const MAX_BYTES = 4 * 1024 * 1024;

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
  const read = async (paths: readonly RepoPath[]): Promise<Map<RepoPath, string>> =>
    new Map(paths.flatMap((path) => ofText(path, readText(top, path))));
  return { ids, read };
}

/** A pipe, a device or a folder has no text; reading one could wait for ever. */
function readText(top: string, path: RepoPath): string | null {
  try {
    const full = fullPath(top, path);
    const stat = lstatSync(full);
    return stat.isFile() && stat.size <= MAX_BYTES ? readFileSync(full, "utf8") : null;
  } catch {
    return null;
  }
}

function ofText(path: RepoPath, text: string | null): [RepoPath, string][] {
  return text === null ? [] : [[path, text]];
}
