import { lstatSync, readlinkSync } from "node:fs";
import { entryId, fullPath, LINK } from "../git/content-id.ts";
import { decodePath } from "../git/path-bytes.ts";
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
  const setFromDisk = (path: RepoPath): void => {
    const stat = lstatSync(fullPath(top, path), { throwIfNoEntry: false });
    if (stat !== undefined) ids.set(path, `${stat.isSymbolicLink() ? LINK : ""}disk:${path}`);
  };
  for (const entry of tree.entries) {
    const { path, mode, oid, flagged } = entry;
    if (mode === "160000" || (!flagged && !tree.isDirty(entry))) ids.set(path, entryId(mode, oid));
    else setFromDisk(path);
  }
  for (const path of [...tree.untracked, ...tree.unmerged]) setFromDisk(path);
  return { ids, read: (paths) => readTree(top, ids, paths) };
}

/** The text of a link is where it points to, as git has it. */
async function readTree(
  top: string,
  ids: ReadonlyMap<RepoPath, string>,
  paths: readonly RepoPath[],
): Promise<ReadonlyMap<RepoPath, string>> {
  const isLink = (path: RepoPath): boolean => ids.get(path)?.startsWith(LINK) === true;
  const links = paths.filter(isLink);
  const texts = await readTexts(
    top,
    paths.filter((path) => !isLink(path)),
  );
  return links.length === 0 ? texts : new Map([...texts, ...links.flatMap((path) => linkText(top, path))]);
}

function linkText(top: string, path: RepoPath): [RepoPath, string][] {
  try {
    return [[path, decodePath(readlinkSync(fullPath(top, path), { encoding: "buffer" }))]];
  } catch {
    return []; // gone since
  }
}
