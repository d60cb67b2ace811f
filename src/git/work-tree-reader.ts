import { readFileSync, statSync } from "node:fs";
import type { TreeReader } from "../config/tree-reader.ts";
import type { RepoPath } from "../model.ts";
import { fullPath } from "./content-id.ts";
import type { WorkTree } from "./work-tree.ts";

/** The work tree as the configuration sees it. */
export function workTreeReader(top: string, tree: WorkTree): TreeReader {
  let all: readonly RepoPath[] | undefined;
  let others: ReadonlySet<RepoPath> | undefined;
  return {
    paths: () => (all ??= [...tree.tracked, ...tree.untracked]),
    has: (path) => tree.tracked.has(path) || (others ??= new Set(tree.untracked)).has(path),
    isTracked: (path) => tree.tracked.has(path),
    read: (path) => {
      try {
        const full = fullPath(top, path);
        // A pipe would keep us waiting for ever, and a device may have no end.
        return statSync(full).isFile() ? readFileSync(full, "utf8") : null;
      } catch {
        return null;
      }
    },
  };
}
