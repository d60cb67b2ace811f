/**
 * Git's list of untracked files costs a process, and a look that finds nothing is mostly that process. Where the globs
 * stay in a few folders, these are looked through here: with nothing in them that could be an input, there is no question.
 */
import { type Dirent, readdirSync } from "node:fs";
import { globBase, isWild } from "../config/glob-base.ts";
import { fullPath } from "../git/content-id.ts";
import { entriesUnder } from "../git/entries-under.ts";
import { fileKind } from "../git/file-kind.ts";
import { CACHE, type WorkTree } from "../git/work-tree.ts";
import type { Extension, RepoPath } from "../model.ts";
import { reachesEverywhere } from "./fresh-paths.ts";
import { candidateMatcher, type EntryMatcher } from "./inputs.ts";

/** More folders than this and git is quicker. */
const MOST_FOLDERS = 1000;

/**
 * False when certainly no untracked file is an input of `extensions`, nor decides what they are. True says nothing: a
 * file that was found may be ignored, links may lead anywhere, and a guessed extension reads what no glob names.
 */
export function mayHoldUntrackedInputs(
  top: string,
  tree: Pick<WorkTree, "tracked" | "entries">,
  extensions: readonly Extension[],
): boolean {
  const isThere = (path: RepoPath): boolean =>
    !tree.tracked.has(path) && fileKind(fullPath(top, path)) !== "absent";
  if (BUILD_FILES.some(isThere)) return true;
  return extensions.some((extension) => {
    if (extension.guessed || reachesEverywhere(extension)) return true;
    const matches = candidateMatcher(extension);
    const entries = entriesUnder(tree.entries, matches.heads ?? null);
    if (entries.some(({ mode, path }) => mode === "120000" && matches(path, true))) return true;
    const submodules = new Set(entries.filter(({ mode }) => mode === "160000").map(({ path }) => path));
    const isEntry = (path: RepoPath, isFolder: boolean): boolean =>
      isFolder ? submodules.has(path) : tree.tracked.has(path);
    const named = extension.inputs.filter((glob) => !glob.startsWith("!"));
    if (named.some((glob) => !isWild(glob) && isThere(glob))) return true;
    const folders = new Set(named.filter(isWild).map(globBase));
    const search = { top, isEntry, matches, left: MOST_FOLDERS };
    return [...folders].some((folder) => {
      const kind = folder === "" ? "folder" : fileKind(fullPath(top, folder));
      return kind !== "absent" && (kind !== "folder" || holdsCandidate(search, folder));
    });
  });
}

/** An untracked one makes another kind of project. */
const BUILD_FILES: readonly RepoPath[] = [
  "setup.py",
  "setup.cfg",
  "pyproject.toml",
  "CMakeLists.txt",
  "meson.build",
];

interface Search {
  readonly top: string;
  /** Is it one of the index? A folder that a tracked file was replaced by is none. */
  readonly isEntry: (path: RepoPath, isFolder: boolean) => boolean;
  readonly matches: EntryMatcher;
  /** Folders that may still be read. */
  left: number;
}

/** Of the top only its own files are looked at. What cannot be read may hold anything. */
function holdsCandidate(search: Search, folder: RepoPath): boolean {
  const entries = --search.left < 0 ? null : entriesOf(search.top, folder);
  if (entries === null) return true;
  return entries.some((entry) => {
    const { name } = entry;
    const path = folder === "" ? name : `${folder}/${name}`;
    if (search.isEntry(path, entry.isDirectory())) return false;
    if (!entry.isDirectory()) return search.matches(path, entry.isSymbolicLink());
    return folder !== "" && name !== CACHE && (name === ".git" || holdsCandidate(search, path));
  });
}

function entriesOf(top: string, folder: RepoPath): Dirent[] | null {
  try {
    return readdirSync(fullPath(top, folder), { withFileTypes: true });
  } catch {
    return null;
  }
}
