/** Names that a build gives, as files of the repository. */
import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { decodePath, encodePath, toBytes } from "../../git/path-bytes.ts";
import type { WorkTree } from "../../git/work-tree.ts";
import type { RepoPath } from "../../model.ts";

export interface RepoFiles {
  /** All of them, in git's order. */
  readonly paths: ReadonlySet<RepoPath>;
  /**
   * The files of the repository behind an absolute path: itself, each link on the way, and what it points to. Nothing
   * for what is generated, ignored by git, in a build directory or an environment, or outside.
   */
  namesOf(path: string): readonly RepoPath[];
  kindOf(path: string): "file" | "folder" | null;
  below(folder: string): readonly RepoPath[];
}

/** @param leaveOut folders whose files are not the repository's, whatever git says of them. */
export function repoFiles(top: string, tree: WorkTree, leaveOut: readonly RepoPath[]): RepoFiles {
  const isLeftOut = (path: RepoPath): boolean =>
    /(^|\/)(site-packages|\.venv)\//.test(path) || leaveOut.some((folder) => path.startsWith(`${folder}/`));
  const tracked = tree.entries.filter((entry) => entry.mode !== "160000").map((entry) => entry.path);
  const paths = new Set([...tracked, ...tree.untracked].filter((path) => !isLeftOut(path)));
  const folders = new Set([...paths].flatMap(parents));
  const links = new Set(tree.entries.filter((entry) => entry.mode === "120000").map((entry) => entry.path));
  return {
    paths,
    namesOf(path) {
      const names = new Set<RepoPath>();
      for (const hop of hopsOf(path)) {
        const inside = relative(top, hop);
        if (paths.has(inside)) names.add(inside);
        for (const parent of parents(inside)) if (links.has(parent)) names.add(parent);
      }
      return [...names];
    },
    kindOf(path) {
      const inside = relative(top, path);
      if (inside === "") return "folder";
      return paths.has(inside) ? "file" : folders.has(inside) ? "folder" : null;
    },
    below(folder) {
      const inside = relative(top, folder);
      return inside === "" ? [...paths] : [...paths].filter((path) => path.startsWith(`${inside}/`));
    },
  };
}

function parents(path: RepoPath): string[] {
  const parent = dirname(path);
  return parent === "." || parent === path ? [] : [parent, ...parents(parent)];
}

/** A chain of links this long is a circle. */
const LONGEST_CHAIN = 20;

function hopsOf(path: string): string[] {
  const hops = [resolve(path)];
  try {
    let hop = realFolder(hops[0] ?? path);
    for (let count = 0; count < LONGEST_CHAIN; count++) {
      hops.push(hop);
      if (!lstatSync(encodePath(hop)).isSymbolicLink()) break;
      hop = realFolder(
        resolve(dirname(hop), decodePath(readlinkSync(encodePath(hop), { encoding: "buffer" }))),
      );
    }
  } catch {
    // generated, and gone since
  }
  return hops;
}

function realFolder(path: string): string {
  const folder = realpathSync.native(toBytes(dirname(path)), { encoding: "buffer" });
  return join(decodePath(folder), basename(path));
}
