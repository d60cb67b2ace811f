import { posix, relative } from "node:path";
import type { TreeText } from "../closure/facts.ts";
import { LINK } from "../git/content-id.ts";
import type { RepoPath } from "../model.ts";
import type { LinkedTree, LinkEnd } from "./follow-links.ts";
import { outsideEnd } from "./outside-files.ts";

/** As many as Linux follows before it says ELOOP. */
const MOST_LINKS = 40;

/**
 * A commit's tree as `followLinks` sees it, as if it were checked out at `top`: what lies outside of the tree is taken
 * as it is now.
 */
export function linkedCommit(top: string, tree: TreeText): LinkedTree {
  const isLink = (path: RepoPath): boolean => tree.ids.get(path)?.startsWith(LINK) ?? false;
  let read: Promise<ReadonlyMap<RepoPath, string>> | undefined;
  let folders: Set<RepoPath> | undefined;
  const texts = (): Promise<ReadonlyMap<RepoPath, string>> =>
    (read ??= tree.read([...tree.ids.keys()].filter(isLink)));
  return {
    paths: tree.ids.keys(),
    isLink,
    idOf: (path) => Promise.resolve(tree.ids.get(path)),
    async endOf(link): Promise<LinkEnd | null> {
      const end = resolveLink(link, await texts(), top);
      if (end === null) return null;
      if (end.startsWith("/")) return outsideEnd(end, hashOf(tree));
      const id = tree.ids.get(end);
      if (id !== undefined) return id.startsWith(LINK) ? null : { kind: "file", id };
      folders ??= foldersOf(tree.ids.keys());
      return end === "" || folders.has(end) ? { kind: "folder", path: end } : null;
    },
  };
}

/**
 * Where a link ends, by the texts of all links of the tree: a path of the tree, an absolute one outside of it, or null
 * for a circle.
 */
export function resolveLink(
  link: RepoPath,
  texts: ReadonlyMap<RepoPath, string>,
  top: string,
): string | null {
  let rest = link.split("/");
  let done = "";
  for (let links = 0; rest.length > 0;) {
    const [part = "", ...more] = rest;
    const path = posix.join(done, part);
    const text = texts.get(path);
    if (text !== undefined && ++links > MOST_LINKS) return null;
    const isOut = path === ".." || path.startsWith("../");
    if (!isOut && text === undefined) {
      done = path === "." ? "" : path;
      rest = more;
    } else if (!isOut && text?.startsWith("/") === false) {
      rest = [...text.split("/"), ...more];
    } else {
      // It leaves the tree, perhaps to come back by the full name.
      const full = posix.join(isOut ? top : "/", text ?? path, ...more);
      const inside = relative(top, full);
      if (inside === ".." || inside.startsWith("../")) return full;
      done = "";
      rest = inside.split("/");
    }
  }
  return done;
}

function foldersOf(paths: Iterable<RepoPath>): Set<RepoPath> {
  const folders = new Set<RepoPath>();
  for (const path of paths) {
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
      const folder = path.slice(0, at);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  return folders;
}

function hashOf(tree: TreeText): "sha1" | "sha256" {
  for (const id of tree.ids.values()) return id.slice(id.indexOf(":") + 1).length === 64 ? "sha256" : "sha1";
  return "sha1";
}
