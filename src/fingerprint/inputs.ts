import { lstatSync } from "node:fs";
import { join } from "node:path";
import { compileGlobs } from "../config/globs.ts";
import { contentIds, entryId, fullPath, LINK } from "../git/content-id.ts";
import { entriesUnder } from "../git/entries-under.ts";
import { fileKind } from "../git/file-kind.ts";
import { gitText } from "../git/git.ts";
import type { WorkTree } from "../git/work-tree.ts";
import type { Extension, RepoPath, Workspace } from "../model.ts";
import { sortIds } from "./choose-inputs.ts";
import { followLinks } from "./follow-links.ts";
import { PYPROJECT } from "./pyproject.ts";
import { submoduleState } from "./submodule.ts";
import { linkedWorkTree } from "./work-tree-links.ts";

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
  /** Where it lies in this one, and its path there: the outer one is at the right commit. */
  readonly nested?: RepoPath;
}

/** Chooses among the entries of a tree. */
export interface EntryMatcher {
  (path: RepoPath, isSubmodule: boolean): boolean;
  /** As of a `PathMatcher`; absent: any. */
  readonly heads?: ReadonlySet<string> | null;
}

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
  const links: RepoPath[] = [];
  const hashName = tree.entries[0]?.oid.length === 64 ? "sha256" : "sha1";
  for (const entry of entriesUnder(tree.entries, matches.heads ?? null)) {
    const { path, mode } = entry; // the id of one that is no input is never made
    const isLink = mode === "120000";
    if (!matches(path, mode === "160000" || isLink)) continue;
    if (mode === "160000") {
      const present = await submoduleState(join(ws.top, path));
      if (present === null && entry.skipped) continue; // left out by the sparse checkout, as a file would be
      ids.set(path, present === null ? "absent" : present.id);
      if (present?.commit !== entry.oid)
        lagging.push({ path, wanted: entry.oid, present: present?.commit ?? null });
      else lagging.push(...present.lagging.map((one) => ({ ...one, path, nested: one.path })));
      continue;
    }
    if (isLink) links.push(path);
    if (!isInput(path)) continue;
    if (entry.flagged || tree.isDirty(entry)) suspects.push(path);
    else ids.set(path, entryId(mode, entry.oid));
  }
  suspects.push(...tree.untracked.filter(isInput), ...[...tree.unmerged].filter(isInput));
  for (const [path, id] of await contentIds(ws.top, suspects, hashName)) {
    ids.set(path, id);
    if (id.startsWith(LINK)) links.push(path);
  }
  links.push(...tree.untracked.filter((path) => matches(path, true) && !isInput(path) && isLinkAt(ws, path)));
  if (links.length > 0) {
    const present = await linksAsTheyAre(ws, links, ids);
    await followLinks(linkedWorkTree(ws.top, tree, hashName), present, isInput, ids);
  }
  return { ids: sortIds(ids), lagging };
}

/** Files that the rules of an extension name, and others, as they are in the work tree. */
export async function observeCandidates(
  ws: Workspace,
  tree: WorkTree,
  extension: Extension,
  alsoNamed: ReadonlySet<RepoPath> = new Set(),
): Promise<InputObservation> {
  const isCandidate = candidateMatcher(extension);
  if (alsoNamed.size === 0) return observeFiles(ws, tree, isCandidate);
  return observeFiles(ws, tree, (path, isSubmodule) => isCandidate(path, isSubmodule) || alsoNamed.has(path));
}

/** What the rules name: the globs, and pyproject.toml where some of its tables count. */
export function candidateMatcher(extension: Extension): EntryMatcher {
  const isInput = inputMatcher(extension.inputs);
  if (extension.pyprojectTables.length === 0) return isInput;
  const matches = (path: RepoPath, isSubmodule: boolean): boolean =>
    path === PYPROJECT || isInput(path, isSubmodule);
  return Object.assign(matches, { heads: isInput.heads && new Set([...isInput.heads, PYPROJECT]) });
}

/**
 * Which entries of a tree are inputs. A submodule is one when the globs would take a header or a source in it: its
 * files are not in our tree, only its commit is.
 */
export function inputMatcher(
  globs: readonly string[],
): EntryMatcher & { readonly heads: ReadonlySet<string> | null } {
  const isInput = compileGlobs(globs);
  const inside = ["a.h", "a.cpp", "a.cu", "include/a.h"];
  const matches = (path: RepoPath, isSubmodule: boolean): boolean =>
    isInput(path) || (isSubmodule && inside.some((name) => isInput(`${path}/${name}`)));
  return Object.assign(matches, { heads: isInput.heads });
}

/** inode and ctime of each input, for telling whether anybody wrote one while a build ran. */
export function stampInputs(top: string, paths: Iterable<RepoPath>): Map<RepoPath, string> {
  const stamps = new Map<RepoPath, string>();
  for (const path of paths) stamps.set(path, stampOf(fullPath(top, path)));
  return stamps;
}

function stampOf(path: string | Buffer): string {
  try {
    const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return "absent";
    return `${stat.ino}:${stat.isDirectory() ? "folder" : stat.ctimeNs}`;
  } catch {
    return "absent"; // a loop of links, or no longer to be reached
  }
}

function isLinkAt(ws: Workspace, path: RepoPath): boolean {
  return fileKind(fullPath(ws.top, path)) === "link";
}

/**
 * Those that are links on disk. With `core.symlinks=false` git writes a plain file with the link's text in its place:
 * its id is still that of the link, whether git or we have looked at it.
 */
async function linksAsTheyAre(
  ws: Workspace,
  links: readonly RepoPath[],
  ids: Map<RepoPath, string>,
): Promise<RepoPath[]> {
  const present: RepoPath[] = [];
  for (const path of new Set(links)) {
    const kind = fileKind(fullPath(ws.top, path));
    const id = ids.get(path);
    if (kind === "link") present.push(path);
    else if (kind === "file" && id !== undefined && !id.startsWith(LINK) && (await hasNoLinks(ws)))
      ids.set(path, LINK + id);
  }
  return present;
}

async function hasNoLinks(ws: Workspace): Promise<boolean> {
  return (await gitText(ws.top, ["config", "--type=bool", "core.symlinks"])) === "false";
}
