import { LINK } from "../git/content-id.ts";
import type { RepoPath } from "../model.ts";

/** Where a symbolic link ends, all links on the way followed. */
export type LinkEnd =
  | { readonly kind: "file"; readonly id: string }
  /** A folder of the tree; empty: the top. */
  | { readonly kind: "folder"; readonly path: RepoPath }
  /** A folder outside of the tree: the files in it, by their path below it. */
  | { readonly kind: "outside"; readonly files: ReadonlyMap<string, string> };

/** A tree with links in it: the work tree, or a commit's. */
export interface LinkedTree {
  /** Every file, link and submodule. */
  readonly paths: Iterable<RepoPath>;
  isLink(path: RepoPath): boolean;
  /** Content id of one of the paths, its own: of a link its text. */
  idOf(path: RepoPath): Promise<string | undefined>;
  /** Null: it dangles, or runs in a circle. */
  endOf(link: RepoPath): Promise<LinkEnd | null>;
}

/**
 * Adds to `ids` what a compiler reads through links: to a link's own id the content of the file where it ends, and of a
 * link to a folder every file that the globs take below the link's name.
 * @param links that the globs take, or below which they would take a source.
 */
export async function followLinks(
  tree: LinkedTree,
  links: Iterable<RepoPath>,
  isInput: (path: RepoPath) => boolean,
  ids: Map<RepoPath, string>,
): Promise<void> {
  for (const link of links) await follow(link, link, []);

  async function follow(name: RepoPath, link: RepoPath, opened: readonly RepoPath[]): Promise<void> {
    const end = await tree.endOf(link);
    const own = (await tree.idOf(link)) ?? "";
    if (isInput(name)) ids.set(name, end?.kind === "file" ? linkId(own, end.id) : own);
    if (end?.kind === "outside") {
      for (const [rest, id] of end.files) if (isInput(`${name}/${rest}`)) ids.set(`${name}/${rest}`, id);
    }
    // A link to a folder that holds it adds nothing but the same files over and over.
    if (end?.kind !== "folder" || [link, ...opened].some((path) => holds(end.path, path))) return;
    for (const path of tree.paths) {
      if (!path.startsWith(`${end.path}/`)) continue;
      const inside = name + path.slice(end.path.length);
      if (tree.isLink(path)) await follow(inside, path, [...opened, end.path]);
      else if (isInput(inside)) {
        const id = await tree.idOf(path);
        if (id !== undefined) ids.set(inside, id);
      }
    }
  }
}

function holds(folder: RepoPath, path: RepoPath): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

/** Id of a link that is an input: its text, and the content of the file behind it, which the compiler reads. */
function linkId(id: string, targetId: string): string {
  return id.startsWith(LINK) ? `${id}+${targetId}` : id;
}
