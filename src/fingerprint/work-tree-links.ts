import { join, relative } from "node:path";
import { contentIds, entryId, fullPath, LINK } from "../git/content-id.ts";
import { fileKind } from "../git/file-kind.ts";
import { encodePath } from "../git/path-bytes.ts";
import type { WorkTree } from "../git/work-tree.ts";
import type { RepoPath } from "../model.ts";
import type { LinkedTree, LinkEnd } from "./follow-links.ts";
import { outsideEnd, realPath } from "./outside-files.ts";
import { submoduleState } from "./submodule.ts";

/** The work tree as `followLinks` sees it. `top` is a real path. */
export function linkedWorkTree(top: string, tree: WorkTree, hashName: "sha1" | "sha256"): LinkedTree {
  const clean = new Map(
    tree.entries
      .filter((entry) => !entry.flagged && !tree.dirty.has(entry.path) && entry.mode !== "160000")
      .map((entry) => [entry.path, entryId(entry.mode, entry.oid)]),
  );
  const submodules = new Set(
    tree.entries.filter((entry) => entry.mode === "160000").map((entry) => entry.path),
  );
  const idOf = async (path: RepoPath): Promise<string | undefined> => {
    if (submodules.has(path)) return (await submoduleState(join(top, path)))?.id;
    return clean.get(path) ?? (await contentIds(top, [path], hashName)).get(path);
  };
  return {
    paths: [...tree.entries.map((entry) => entry.path), ...tree.untracked],
    isLink: (path) => clean.get(path)?.startsWith(LINK) ?? fileKind(fullPath(top, path)) === "link",
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
