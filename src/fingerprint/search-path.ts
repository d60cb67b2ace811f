/** Where programs may be taken from: never from tracked files, relative PATH entries or folders of the tree. */
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";

/** Says whether a program may be run at all; see {@link untrackedOnly}. */
export type MayRun = (path: string) => boolean;

/** Entries of a PATH variable as written, empty ones included. */
export function splitPath(path: string | undefined): string[] {
  return path === undefined ? [] : path.split(delimiter);
}

/**
 * Entries that programs may be taken from, each once, in order: absolute and outside the tree.
 * @param ownFolder folder of the chosen interpreter, the one that may lie in the tree; null: none.
 */
export function searchPath(entries: readonly string[], top: string, ownFolder: string | null): string[] {
  const own = ownFolder === null ? null : realOf(ownFolder);
  const kept = entries
    .filter((entry) => isAbsolute(entry))
    .map((entry) => resolve(entry))
    .filter((entry) => realOf(entry) === own || !isInside(top, entry));
  return [...new Set(kept)];
}

/** True when `path`, or what it links to, is `top` or lies in it. */
function isInside(top: string, path: string): boolean {
  return [resolve(path), realOf(path)].some((place) => place === top || place.startsWith(`${top}/`));
}

/**
 * A tracked file comes with a checkout and may be a stranger's: it is no tool, nor is a link to one.
 * @param isTracked whether git tracks this absolute path.
 */
export function untrackedOnly(top: string, isTracked: (path: string) => boolean): MayRun {
  return (path) => {
    const places = [path, realOf(path), join(realOf(dirname(path)), path.slice(dirname(path).length))];
    return !places.some((place) => isInside(top, place) && isTracked(place));
  };
}

/** Absolute path of a program, or null. A name with a slash is not searched and must be absolute. */
export function findProgram(
  name: string,
  path: readonly string[],
  mayRun: MayRun = () => true,
): string | null {
  const candidates = name.includes("/")
    ? [name].filter(isAbsolute)
    : path.map((folder) => inFolder(folder, name));
  return candidates.find((candidate) => isExecutable(candidate) && mayRun(candidate)) ?? null;
}

/** `join` for one plain name: it is called for every folder of PATH. */
export function inFolder(folder: string, name: string): string {
  return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

/** A regular file that this user may run. */
export function isExecutable(path: string): boolean {
  try {
    // Asked first because it neither throws nor makes anything: most folders of a PATH lack the program.
    if (!existsSync(path) || !(statSync(path, { throwIfNoEntry: false })?.isFile() ?? false)) return false;
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path with its links resolved; the path itself when nothing is there. */
export function realOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return resolve(path);
  }
}
