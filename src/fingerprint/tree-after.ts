import { readFileSync, readlinkSync } from "node:fs";
import type { TreeText } from "../closure/facts.ts";
import { COMMIT, contentIds, entryId, fullPath } from "../git/content-id.ts";
import { fileKind } from "../git/file-kind.ts";
import { decodePath } from "../git/path-bytes.ts";
import { leftOutBy } from "../git/sparse.ts";
import type { WorkTree } from "../git/work-tree.ts";
import type { RepoPath, Workspace } from "../model.ts";

/** The ends of a switch, and the work tree that it starts from. */
export interface Switch {
  readonly ws: Workspace;
  readonly work: WorkTree;
  /** HEAD's tree. */
  readonly from: TreeText;
  readonly to: TreeText;
  /** Whether the content of a file can matter: only then is it hashed. */
  readonly isWanted: (path: RepoPath) => boolean;
  /** State of the submodules that are inputs. */
  readonly submodules: ReadonlyMap<RepoPath, string>;
}

/**
 * The files that a switch or pull leaves in the work tree: those of the commit, where it differs from HEAD, and else
 * what is there now. Untracked files, edits, staged files and what a sparse checkout leaves out stay as they are.
 */
export async function treeAfter({ ws, work, from, to, isWanted, submodules }: Switch): Promise<TreeText> {
  const ids = new Map(to.ids);
  const isLeftOut = leftOutBy(ws, work.entries);
  const isUntouched = (path: RepoPath): boolean => from.ids.get(path) === to.ids.get(path);
  for (const path of to.ids.keys()) if (!isUntouched(path) && isLeftOut(path)) ids.delete(path);
  const local: RepoPath[] = [...work.untracked, ...work.unmerged].filter(isUntouched);
  for (const entry of work.entries) {
    const { path, mode, oid, flagged } = entry;
    if (!isUntouched(path)) continue;
    if (mode === "160000") ids.set(path, submodules.get(path) ?? COMMIT + oid);
    else if (isWanted(path) && (flagged || work.isDirty(entry))) local.push(path);
    else if (entryId(mode, oid) !== to.ids.get(path)) ids.set(path, entryId(mode, oid));
  }
  const wanted = local.filter(isWanted);
  const hashName = work.entries[0]?.oid.length === 64 ? "sha256" : "sha1";
  const present = await contentIds(ws.top, wanted, hashName);
  for (const path of wanted) {
    const id = present.get(path);
    if (id === undefined) ids.delete(path);
    else ids.set(path, id);
  }
  const onDisk = new Set(local);
  return {
    ids,
    async read(paths) {
      const texts = new Map(await to.read(paths.filter((path) => !onDisk.has(path))));
      for (const path of paths) {
        const text = onDisk.has(path) ? readText(fullPath(ws.top, path)) : null;
        if (text !== null) texts.set(path, text);
      }
      return texts;
    },
  };
}

/** Of a link its text, as in a commit. */
function readText(path: string | Buffer): string | null {
  const kind = fileKind(path);
  try {
    if (kind === "link") return decodePath(readlinkSync(path, { encoding: "buffer" }));
    return kind === "file" ? readFileSync(path, "utf8") : null;
  } catch {
    return null;
  }
}
