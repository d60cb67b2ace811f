import { join, relative } from "node:path";
import { contentIds, entryId, fullPath } from "../git/content-id.ts";
import { fileKind } from "../git/file-kind.ts";
import { encodePath } from "../git/path-bytes.ts";
import type { WorkTree } from "../git/work-tree.ts";
import type { RepoPath } from "../model.ts";
import type { LinkedTree, LinkEnd } from "./follow-links.ts";
import { outsideEnd, realPath } from "./outside-files.ts";
import { submoduleState } from "./submodule.ts";

/** The work tree as `followLinks` sees it. `top` is a real path. */
export function linkedWorkTree(top: string, tree: WorkTree, hashName: "sha1" | "sha256"): LinkedTree {
  const entries = new Map(tree.entries.map((entry) => [entry.path, entry]));
  const cleanId = (path: RepoPath): string | undefined => {
    const entry = entries.get(path);
    const isClean = entry !== undefined && !entry.flagged && !tree.isDirty(entry);
    return isClean ? entryId(entry.mode, entry.oid) : undefined;
  };
  const idOf = async (path: RepoPath): Promise<string | undefined> => {
    if (entries.get(path)?.mode === "160000") return (await submoduleState(join(top, path)))?.id;
    return cleanId(path) ?? (await contentIds(top, [path], hashName)).get(path);
  };
  return {
    paths: [...entries.keys(), ...tree.untracked],
    isLink: (path) => fileKind(fullPath(top, path)) === "link",
    idOf,
    async endOf(link): Promise<LinkEnd | null> {
      const end = realPath(join(top, link));
      if (end === null) return null;
      const path = relative(top, end);
      if (path === ".." || path.startsWith("../")) return outsideEnd(end, hashName);
      if (fileKind(encodePath(end)) === "folder") return { kind: "folder", path };
      const id = await idOf(path);
      return id === undefined ? null : { kind: "file", id };
    },
  };
}
