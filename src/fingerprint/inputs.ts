import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { compileGlobs } from "../config/globs.ts";
import { COMMIT, contentIds, entryId, fullPath, LINK } from "../git/content-id.ts";
import { gitRecords, gitText } from "../git/git.ts";
import { decodePath } from "../git/path-bytes.ts";
import type { WorkTree } from "../git/work-tree.ts";
import type { Extension, RepoPath, Workspace } from "../model.ts";
import { sortIds } from "./choose-inputs.ts";
import { linkId, linkTarget } from "./link-target.ts";
import { PYPROJECT, pyprojectId } from "./pyproject.ts";

export interface InputObservation {
  /** path -> content id, sorted by code unit. */
  readonly ids: ReadonlyMap<RepoPath, string>;
  /** Submodules whose checkout is not the commit that the index asks for. */
  readonly lagging: readonly LaggingSubmodule[];
}

export interface LaggingSubmodule {
  readonly path: RepoPath;
  readonly wanted: string;
  /** Null: not checked out. */
  readonly present: string | null;
}

/** Chooses among the entries of a tree. */
export type EntryMatcher = (path: RepoPath, isSubmodule: boolean) => boolean;

/** Chosen files as they are in the work tree: index ids where git's word can be taken, content elsewhere. */
export async function observeFiles(
  ws: Workspace,
  tree: WorkTree,
  matches: EntryMatcher,
): Promise<InputObservation> {
  const isInput = (path: RepoPath): boolean => matches(path, false);
  const ids = new Map<RepoPath, string>();
  const lagging: LaggingSubmodule[] = [];
  const suspects: RepoPath[] = [];
  let hashName: "sha1" | "sha256" = "sha1";
  for (const entry of tree.entries) {
    if (!matches(entry.path, entry.mode === "160000")) continue;
    if (entry.oid.length === 64) hashName = "sha256";
    if (entry.mode === "160000") {
      const present = await submoduleId(ws, entry.path);
      ids.set(entry.path, present === null ? "absent" : present.id);
      if (present?.commit !== entry.oid) {
        lagging.push({ path: entry.path, wanted: entry.oid, present: present?.commit ?? null });
      }
    } else if (entry.flagged || tree.dirty.has(entry.path)) suspects.push(entry.path);
    else ids.set(entry.path, entryId(entry.mode, entry.oid));
  }
  suspects.push(...tree.untracked.filter(isInput), ...[...tree.unmerged].filter(isInput));
  for (const [path, id] of await contentIds(ws.top, suspects, hashName)) ids.set(path, id);
  await followLinks(ws, tree, ids, hashName);
  return { ids: sortIds(ids), lagging };
}

/** Files that the rules of an extension name, as they are in the work tree. Of files that count by part, the part. */
export async function observeCandidates(
  ws: Workspace,
  tree: WorkTree,
  extension: Extension,
  alsoNamed: ReadonlySet<RepoPath> = new Set(),
): Promise<InputObservation> {
  const isCandidate = inputMatcher(extension.inputs);
  const found = await observeFiles(
    ws,
    tree,
    (path, isSubmodule) => isCandidate(path, isSubmodule) || alsoNamed.has(path),
  );
  const ids = new Map(found.ids);
  await setPyproject(ws, extension, ids);
  return { ids: sortIds(ids), lagging: found.lagging };
}

/**
 * Which entries of a tree are inputs. A submodule is one when the globs would take a header or a source in it: its
 * files are not in our tree, only its commit is.
 */
export function inputMatcher(globs: readonly string[]): EntryMatcher {
  const isInput = compileGlobs(globs);
  const inside = ["a.h", "a.cpp", "a.cu", "include/a.h"];
  return (path, isSubmodule) =>
    isInput(path) || (isSubmodule && inside.some((name) => isInput(`${path}/${name}`)));
}

/** inode and ctime of each input, for telling whether anybody wrote one while a build ran. */
export function stampInputs(top: string, paths: Iterable<RepoPath>): Map<RepoPath, string> {
  const stamps = new Map<RepoPath, string>();
  for (const path of paths) {
    const stat = lstatSync(fullPath(top, path), { bigint: true, throwIfNoEntry: false });
    stamps.set(path, stat ? `${stat.ino}:${stat.isDirectory() ? "folder" : stat.ctimeNs}` : "absent");
  }
  return stamps;
}

/** Adds to each link's id the content of the file of the tree that it points to. */
async function followLinks(
  ws: Workspace,
  tree: WorkTree,
  ids: Map<RepoPath, string>,
  hashName: "sha1" | "sha256",
): Promise<void> {
  const links = [...ids].filter(([, id]) => id.startsWith(LINK));
  if (links.length === 0) return;
  const index = new Map(tree.entries.map((entry) => [entry.path, entry]));
  for (const [path, id] of links) {
    const target = linkTarget(path, readLink(ws.top, path));
    if (target === null) continue;
    const entry = index.get(target);
    const isClean = entry !== undefined && !entry.flagged && !tree.dirty.has(target);
    const targetId = isClean
      ? entryId(entry.mode, entry.oid)
      : (await contentIds(ws.top, [target], hashName)).get(target);
    ids.set(path, linkId(id, targetId));
  }
}

function readLink(top: string, path: RepoPath): string {
  try {
    return decodePath(readlinkSync(fullPath(top, path), { encoding: "buffer" }));
  } catch {
    return "/"; // gone since: points nowhere in the tree
  }
}

async function setPyproject(ws: Workspace, extension: Extension, ids: Map<RepoPath, string>): Promise<void> {
  if (extension.pyprojectTables.length === 0 || ids.has(PYPROJECT)) return;
  try {
    ids.set(
      PYPROJECT,
      await pyprojectId(readFileSync(join(ws.top, PYPROJECT), "utf8"), extension.pyprojectTables),
    );
  } catch {
    // Not there: no id, so its coming is an addition and its going a removal.
  }
}

/** The commit that a submodule has checked out, and an id that also holds its local changes. */
async function submoduleId(ws: Workspace, path: RepoPath): Promise<{ commit: string; id: string } | null> {
  const folder = join(ws.top, path);
  if (lstatSync(join(folder, ".git"), { throwIfNoEntry: false }) === undefined) return null;
  const commit = await gitText(folder, ["rev-parse", "--verify", "--quiet", "HEAD"]);
  if (commit === null) return null;
  const changed = await gitRecords(folder, [
    "status",
    "--porcelain",
    "--no-renames",
    "--ignore-submodules=none",
    "-uall",
    "-z",
  ]);
  const paths = (changed ?? [])
    .map((record) => decodePath(record.subarray(3)))
    .filter((name) => !name.endsWith("/"));
  if (paths.length === 0) return { commit, id: COMMIT + commit };
  const local = await contentIds(folder, paths, commit.length === 64 ? "sha256" : "sha1");
  const { createHash } = await import("node:crypto");
  const text = paths
    .sort()
    .map((name) => `${name}\0${local.get(name) ?? "absent"}\0`)
    .join("");
  return { commit, id: `${COMMIT}${commit}+${createHash("sha256").update(text).digest("hex")}` };
}
