/** Files in a build directory that are not ours come back to their place when the directory is replaced. */
import { readFileSync, renameSync } from "node:fs";
import { join, relative } from "node:path";
import { encodePath } from "../git/path-bytes.ts";
import type { RepoPath, Workspace } from "../model.ts";
import { isListOf, isText } from "../store/baseline-shape.ts";
import { existsAt, makeParent, readFolder } from "../store/move.ts";
import { moveToQuarantine, type Quarantined } from "../store/quarantine.ts";
import { writeDurably } from "../store/state-file.ts";
import type { Journal } from "./journal.ts";

/** Keeps, beside the journal, which files in the build directories our last build left. Null: no such build. */
export function writeOwnFiles(stageDir: string, files: readonly RepoPath[] | null): void {
  writeDurably(join(stageDir, "own-files.json"), JSON.stringify(files));
}

/** All files below a folder, as paths relative to `top`. Links are listed, never followed. */
export function listFiles(top: string, folder: string): RepoPath[] {
  const found: RepoPath[] = [];
  const visit = (path: string): void => {
    for (const { name, isFolder } of readFolder(path)) {
      const child = join(path, name);
      if (isFolder) visit(child);
      else found.push(relative(top, child));
    }
  };
  visit(folder);
  return found;
}

/**
 * After the commit point: what was not ours goes from the old directory back to its place, or to quarantine. Where no
 * build of ours is on record, what compilers and build systems leave goes to quarantine as a whole: it is probably a
 * build by hand, but nobody can be sure of every file.
 */
export function bringBackForeign(ws: Workspace, journal: Journal): Quarantined[] {
  const own = readOwnFiles(journal.stageDir);
  const moved: Quarantined[] = [];
  for (const folder of journal.folders.filter((one) => existsAt(one.aside))) {
    for (const inside of listFiles(folder.aside, folder.aside)) {
      const place = join(folder.path, inside);
      if (own === null ? isProduct(inside) : own.has(relative(ws.top, place))) continue;
      moved.push(...bringBack(ws, journal, join(folder.aside, inside), place));
    }
    if (own !== null || listFiles(folder.aside, folder.aside).length === 0) continue;
    const why = "a build directory that was not made by us";
    moved.push(moveToQuarantine(ws, journal.buildId, folder.aside, why, folder.path));
  }
  return moved;
}

function bringBack(ws: Workspace, journal: Journal, file: string, place: string): Quarantined[] {
  try {
    if (!existsAt(place)) {
      makeParent(place);
      renameSync(encodePath(file), encodePath(place));
      return [];
    }
  } catch {
    // A file of the new build stands where a folder was: its place is taken too.
  }
  return [moveToQuarantine(ws, journal.buildId, file, "the build made another file in its place", place)];
}

/** What compilers and build systems are known to leave. */
const PRODUCT =
  /(^|\/)(CMakeFiles|_deps|Testing|temp\.[^/]+|lib(\.[^/]+)?|bdist\.[^/]+|meson-[^/]+|[^/]+\.p|[^/]+\.dir|\.cmake|\.ninja_[^/]+|subprojects)\/|\.(o|obj|a|so|d|dylib|ninja|make|cmake|check_cache|cubin|ptx|fatbin\S*|pyc|gch|pch|ii|stub\.c|module_id|reg\.c|internal|marks|rsp|pc|lock|whl)$|(^|\/)(CMakeCache\.txt|Makefile|install_manifest[^/]*\.txt|compile_commands\.json|build\.ninja|\.ninja_(log|deps)|\.skbuild-info\.json|cmake_install\.cmake)$/;

function isProduct(path: string): boolean {
  return PRODUCT.test(path);
}

function readOwnFiles(stageDir: string): Set<RepoPath> | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(stageDir, "own-files.json"), "utf8"));
    return isListOf(value, isText) ? new Set(value) : null;
  } catch {
    return null;
  }
}
