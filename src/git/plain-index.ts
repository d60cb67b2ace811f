import { type BigIntStats, closeSync, fstatSync, lstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RepoPath, Workspace } from "../model.ts";
import { fullPath } from "./content-id.ts";
import { type ParsedIndex, parseIndex } from "./index-file.ts";
import { pathSetOf } from "./path-set.ts";
import { hasReplacements } from "./replacements.ts";
import type { IndexEntry, TrackedFiles } from "./work-tree.ts";

/** The index of `ws` by its file, or null where only git can read it. A file's stat is taken when it is asked for. */
export function readPlainIndex(ws: Workspace): TrackedFiles | null {
  const index = hasReplacements(ws) ? null : readIndexFile(join(ws.gitDir, "index"));
  if (index === null) return null;
  const entries = index.entries.filter((entry) => entry.stage === 0);
  const isMerged = entries.length === index.entries.length;
  const unmerged = isMerged ? [] : index.entries.filter((entry) => entry.stage !== 0);
  const paths = unmerged.map(({ path }) => path);
  const tracked =
    index.isAscii && isMerged ? pathSetOf(entries) : new Set([...entries.map(({ path }) => path), ...paths]);
  const stats = new Map<RepoPath, BigIntStats>();
  return {
    entries,
    unmerged: new Set(paths),
    tracked,
    stats,
    isDirty: (entry) => !isAsNoted(ws.top, entry, stats),
  };
}

function readIndexFile(file: string): ParsedIndex | null {
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

function isAsNoted(top: string, entry: IndexEntry, stats: Map<RepoPath, BigIntStats>): boolean {
  try {
    const stat = lstatSync(fullPath(top, entry.path), { bigint: true, throwIfNoEntry: false });
    if (stat?.isFile() === true) stats.set(entry.path, stat);
    return stat !== undefined && entry.matches?.(stat) === true;
  } catch {
    return false; // a loop of links, or a file where a folder was
  }
}
