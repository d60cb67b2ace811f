import type { BigIntStats } from "node:fs";
import { join } from "node:path";
import type { RepoPath, Workspace } from "../model.ts";
import { fullPath } from "./content-id.ts";
import { fileKind } from "./file-kind.ts";
import { gitRecords } from "./git.ts";
import { isWholeIndex } from "./index-checksum.ts";
import { filesOfNested } from "./nested.ts";
import { decodePath } from "./path-bytes.ts";
import type { PathSet } from "./path-set.ts";
import { readPlainIndex } from "./plain-index.ts";
import { hasReplacements } from "./replacements.ts";

/** One line of the index. `flagged`: git's word is not to be had (assume-unchanged, skip-worktree, replaced objects). */
export interface IndexEntry {
  readonly path: RepoPath;
  readonly mode: string;
  readonly oid: string;
  readonly flagged: boolean;
  /** skip-worktree: a sparse checkout leaves the file out, unless somebody put it there. */
  readonly skipped: boolean;
  /** True when `stat` is what git noted; absent where git itself has said what is dirty. */
  matches?(stat: BigIntStats): boolean;
}

/** What git tracks, and what of it has changed. */
export interface TrackedFiles {
  /** Paths of the index, unmerged ones included. */
  readonly tracked: PathSet;
  readonly entries: readonly IndexEntry[];
  /** Paths with merge stages above 0. */
  readonly unmerged: ReadonlySet<RepoPath>;
  /** True for an entry of these whose file has another stat than git noted, or none: content must tell. */
  isDirty(entry: IndexEntry): boolean;
  /** What `isDirty` saw of regular files; absent where git looked. */
  readonly stats?: ReadonlyMap<RepoPath, BigIntStats>;
}

/** What the index and the work tree hold, as git sees them, but without trusting its flags. */
export interface WorkTree extends TrackedFiles {
  /** Neither tracked nor git-ignored; files of repositories that lie in the tree included. */
  readonly untracked: readonly RepoPath[];
}

/** What git tracks, as if nothing lay beside it; null when git cannot read the index. Never writes the index. */
export async function readTracked(ws: Workspace): Promise<WorkTree | null> {
  const files = await (readPlainIndex(ws) ?? askIndex(ws));
  return files === null ? null : { ...files, untracked: [] };
}

/** Neither tracked nor git-ignored; files of repositories that lie in the tree included. Null when git cannot tell. */
export async function listUntracked(ws: Workspace): Promise<RepoPath[] | null> {
  const records = await gitRecords(ws.top, ["ls-files", "-o", "--exclude-standard", "-z"]);
  if (records === null) return null;
  const paths: RepoPath[] = [];
  for (const path of records.map(decodePath)) {
    if (path.endsWith("/")) paths.push(...(await filesOfNested(ws.top, path)));
    else paths.push(path);
  }
  return paths.filter((path) => !`/${path}`.includes(`/${CACHE}/`));
}

/** Python's compiled files: whatever a glob or a `.gitignore` says, no build reads them. */
export const CACHE = "__pycache__";

/** Index and work tree of `ws`; null when git cannot read them. */
export async function readWorkTree(ws: Workspace): Promise<WorkTree | null> {
  const listed = listUntracked(ws); // a process that runs while we read the index
  const [tree, untracked] = await Promise.all([readTracked(ws), listed]);
  return tree === null || untracked === null ? null : { ...tree, untracked };
}

/** Tracked paths whose stat differs from the index, all of them; null when git cannot tell. */
export async function listDirty(ws: Workspace): Promise<RepoPath[] | null> {
  const options = ["--name-only", "--no-renames", "--ignore-submodules=all", "-z"];
  const records = await gitRecords(ws.top, ["diff-files", ...options]);
  return records?.map(decodePath) ?? null;
}

/** All lines of the index, merge stages included; null when git cannot read it. */
export async function readIndex(top: string): Promise<(IndexEntry & { readonly stage: string })[] | null> {
  const records = await gitRecords(top, ["ls-files", "-s", "-v", "-z"]);
  return records?.map(parseEntry) ?? null;
}

/** The index as git tells it: where its file is not one that we read. */
async function askIndex(ws: Workspace): Promise<TrackedFiles | null> {
  const [index, dirty] = await Promise.all([readIndex(ws.top), listDirty(ws)]);
  if (index === null || dirty === null || !isWholeIndex(join(ws.gitDir, "index"))) return null;
  const entries: IndexEntry[] = [];
  const unmerged = new Set<RepoPath>();
  const isDoubtful = hasReplacements(ws);
  for (const entry of index) {
    if (entry.stage === "0") entries.push(isDoubtful ? { ...entry, flagged: true } : entry);
    else unmerged.add(entry.path);
  }
  // Where it may not look, or runs in circles, git's list is silent.
  const listed = new Set(dirty);
  const isMissing = (path: RepoPath): boolean => !["file", "link"].includes(fileKind(fullPath(ws.top, path)));
  const tracked = new Set(index.map((entry) => entry.path));
  return { entries, unmerged, tracked, isDirty: ({ path }) => listed.has(path) || isMissing(path) };
}

/** Paths under `folders` that git ignores and does not track; of the top (`""`) only its own files. */
export async function listIgnored(ws: Workspace, folders: readonly RepoPath[]): Promise<RepoPath[]> {
  if (folders.length === 0) return [];
  const specs = folders.map((folder) => (folder === "" ? ":(glob)*" : `:(literal)${folder}`));
  const records = await gitRecords(ws.top, [
    "ls-files",
    "-o",
    "-i",
    "--exclude-standard",
    "-z",
    "--",
    ...specs,
  ]);
  return (records ?? []).map(decodePath);
}

/** `H 100644 <oid> <stage>\t<path>`; a lower-case letter is assume-unchanged, `S` skip-worktree. */
function parseEntry(record: Buffer): IndexEntry & { stage: string } {
  const tab = record.indexOf(9);
  const [flag = "", mode = "", oid = "", stage = ""] = record.toString("latin1", 0, tab).split(" ");
  const path = decodePath(record.subarray(tab + 1));
  const skipped = flag === "S" || flag === "s";
  return { path, mode, oid, stage, skipped, flagged: skipped || flag !== flag.toUpperCase() };
}
