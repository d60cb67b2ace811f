import { contentIds } from "../git/content-id.ts";
import { showPath } from "../git/path-bytes.ts";
import { listDirty, readWorkTree, type WorkTree } from "../git/work-tree.ts";
import type { RepoPath, Workspace } from "../model.ts";

/** Content of the tracked files that differ from the index: what a recipe must not be blamed for. */
export async function trackedState(ws: Workspace, tree: WorkTree): Promise<ReadonlyMap<RepoPath, string>> {
  const dirty = (await listDirty(ws)) ?? [];
  const ids = await contentIds(ws.top, dirty, tree.entries[0]?.oid.length === 64 ? "sha256" : "sha1");
  return new Map(dirty.map((path) => [path, ids.get(path) ?? "absent"]));
}

/** Tracked files that changed since, by name, at most ten. They are named, never put back: they are the project's. */
export async function changedTracked(
  ws: Workspace,
  before: ReadonlyMap<RepoPath, string>,
): Promise<string[]> {
  const tree = await readWorkTree(ws);
  if (tree === null) return [];
  const index = new Map(tree.entries.map((entry) => [entry.path, entry.oid]));
  const now = await trackedState(ws, tree);
  const changed = [...now]
    .filter(([path, id]) => id !== (before.get(path) ?? index.get(path)))
    .map(([path]) => path);
  return changed.slice(0, 10).map(showPath);
}
