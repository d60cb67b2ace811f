import { readFileSync, statSync } from "node:fs";
import type { TreeReader } from "../config/tree-reader.ts";
import type { RepoPath } from "../model.ts";
import { fullPath } from "./content-id.ts";
import type { WorkTree } from "./work-tree.ts";

/** The work tree as the configuration sees it. */
export function workTreeReader(top: string, tree: WorkTree): TreeReader {
  const tracked = new Set<RepoPath>([...tree.entries.map((entry) => entry.path), ...tree.unmerged]);
  const all = [...tracked, ...tree.untracked];
  return {
    paths: () => all,
    isTracked: (path) => tracked.has(path),
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
