import { existsSync, lstatSync } from "node:fs";
import { join, posix } from "node:path";
import { globBase } from "../config/glob-base.ts";
import { compileGlobs } from "../config/globs.ts";
import { normaliseName } from "../fingerprint/distributions.ts";
import { encodePath } from "../git/path-bytes.ts";
import type { PathSet } from "../git/path-set.ts";
import type { Extension, Interpreter, RepoPath } from "../model.ts";
import { readFolder } from "../store/move.ts";
import { readCsvColumn } from "./record-file.ts";

/** Untracked regular files of the work tree that the extension's output globs name. */
export function findOutputs(top: string, extension: Extension, tracked: PathSet): RepoPath[] {
  const isOutput = compileGlobs(extension.outputs);
  const bases = [...new Set(extension.outputs.filter((glob) => !glob.startsWith("!")).map(globBase))];
  const found = new Set<RepoPath>();
  for (const base of bases) {
    // A glob that names a build directory means it; one from above does not reach into it.
    const closed = extension.buildDirs.filter((folder) => base !== folder && !base.startsWith(`${folder}/`));
    walk(top, base, new Set(closed), (path) => {
      if (isOutput(path) && !tracked.has(path)) found.add(path);
    });
  }
  return [...found].sort();
}

/** Paths among `tracked` that the output globs name: git brings them, so no build of ours may write them. */
export function trackedOutputs(extension: Extension, tracked: Iterable<RepoPath>): RepoPath[] {
  return [...tracked].filter(compileGlobs(extension.outputs)).sort();
}

/** Output globs that match none of `paths`. */
export function emptyGlobs(globs: readonly string[], paths: readonly string[]): string[] {
  return globs.filter((glob) => !glob.startsWith("!") && !paths.some(compileGlobs([glob])));
}

/** Packages (topmost folders with an `__init__.py`) or plain folders that hold the outputs. */
export function packageFolders(top: string, outputs: readonly string[]): RepoPath[] {
  const folders = outputs
    .filter((path) => !path.startsWith("/"))
    .map((path) => {
      let folder = posix.dirname(path);
      for (
        let parent = posix.dirname(folder);
        parent !== "." && parent !== folder;
        parent = posix.dirname(folder)
      ) {
        if (!existsSync(join(top, parent, "__init__.py"))) break;
        folder = parent;
      }
      return folder === "." ? "" : folder;
    });
  return [...new Set(folders)].sort();
}

/**
 * Folders in which a recipe may leave outputs that nobody named: the packages of those that are known or named. Before
 * the first build a glob from the top says nothing of packages, so all of the tree is watched.
 */
export function watchedFolders(top: string, extension: Extension, known: readonly string[]): RepoPath[] {
  const named = extension.outputs
    .filter((glob) => !glob.startsWith("!"))
    .map((glob) => (/[*?[\]{}]/.test(glob) ? `${globBase(glob)}/x` : glob));
  const isUnknown = known.length === 0 && named.some((path) => path.startsWith("/"));
  return isUnknown ? ["."] : packageFolders(top, [...known, ...named]);
}

/** Files of the extension's distribution in site-packages, by its RECORD: what the build put there. Absolute paths. */
export function distributionFiles(
  extension: Extension,
  interpreter: Interpreter | null,
): { outputs: string[]; records: string[] } {
  const outputs: string[] = [];
  const records: string[] = [];
  if (extension.distribution === null || interpreter === null) return { outputs, records };
  const wanted = normaliseName(extension.distribution);
  for (const site of interpreter.sitePackages) {
    for (const { name: entry } of readFolder(site)) {
      const name = /^(.+?)-[^-]+\.dist-info$/.exec(entry)?.[1];
      if (name === undefined || normaliseName(name) !== wanted) continue;
      for (const file of recordedFiles(join(site, entry))) {
        const path = join(site, file);
        if (!path.startsWith(`${interpreter.prefix}/`) || !isFile(path) || path.endsWith(".pyc")) continue;
        records.push(path);
        if (!file.includes(".dist-info/") && /\.(so|py|pth)$/.test(file)) outputs.push(path);
      }
    }
  }
  return { outputs, records };
}

function recordedFiles(distInfo: string): string[] {
  try {
    return readCsvColumn(join(distInfo, "RECORD"));
  } catch {
    return [];
  }
}

function walk(
  top: string,
  folder: RepoPath,
  closed: ReadonlySet<RepoPath>,
  visit: (path: RepoPath) => void,
): void {
  for (const { name, isFile: isPlain, isFolder } of readFolder(join(top, folder))) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isPlain) visit(path);
    else if (isFolder && !isClosed(top, path, name, closed)) walk(top, path, closed, visit);
  }
}

function isClosed(top: string, path: RepoPath, name: string, closed: ReadonlySet<RepoPath>): boolean {
  if (closed.has(path) || name.startsWith(".") || name === "node_modules" || name === "__pycache__")
    return true;
  return existsSync(join(top, path, "pyvenv.cfg")) || existsSync(join(top, path, "conda-meta"));
}

function isFile(path: string): boolean {
  return lstatSync(encodePath(path), { throwIfNoEntry: false })?.isFile() ?? false;
}
