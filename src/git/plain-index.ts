import { closeSync, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RepoPath, Workspace } from "../model.ts";
import { fullPath } from "./content-id.ts";
import { type IndexFileEntry, parseIndex } from "./index-file.ts";
import { hasReplacements } from "./replacements.ts";
import type { TrackedFiles } from "./work-tree.ts";

/** The index of `ws` by its file, or null where only git can read it. A file's stat is taken when it is asked for. */
export function readPlainIndex(ws: Workspace): TrackedFiles | null {
  const all = hasReplacements(ws) ? null : readEntries(join(ws.gitDir, "index"));
  if (all === null) return null;
  const entries = all.filter((entry) => entry.stage === 0);
  const unmerged = new Set(
    entries.length === all.length ? [] : all.filter((entry) => entry.stage !== 0).map((entry) => entry.path),
  );
  let byPath: Map<RepoPath, IndexFileEntry> | undefined;
  const isDirty = (path: RepoPath): boolean => {
    byPath ??= new Map(entries.map((entry) => [entry.path, entry]));
    const entry = byPath.get(path);
    return entry !== undefined && !isAsNoted(ws.top, entry);
  };
  return { entries, unmerged, dirty: { has: isDirty } };
}

function readEntries(file: string): IndexFileEntry[] | null {
  try {
    const descriptor = openSync(file, "r");
    try {
      const { mtimeNs } = fstatSync(descriptor, { bigint: true });
      return parseIndex(readFileSync(descriptor), mtimeNs);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}

function isAsNoted(top: string, entry: IndexFileEntry): boolean {
  try {
    const stat = lstatSync(fullPath(top, entry.path), { bigint: true, throwIfNoEntry: false });
    return stat !== undefined && entry.matches(stat);
  } catch {
    return false; // a loop of links, or a file where a folder was
  }
}
