import { type BigIntStats, existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { decodePath, encodePath } from "../git/path-bytes.ts";
import { freshPath, freshTitle, statFields } from "./fresh.ts";

/**
 * Would fresh.sh, as it stands, answer "fresh"? Then what it lists has not moved since it was proven, nor has what
 * decides what it lists, and there is no need to write it again. Read, not run: the stats alone are the cheaper half.
 * @param seen stats that this look has taken of regular files, by name: half of what the script lists.
 * @returns false also for a script of another version, and for names that need quoting: it is made anew.
 */
export function freshHolds(top: string, stateDir: string, seen: Seen = new Map()): boolean {
  const script = readScript(stateDir);
  if (script === null || !script.startsWith(freshTitle())) return false;
  if (script.includes(QUOTED_QUOTE) || !script.endsWith("\nexit 42\n")) return false;
  const absent = [...script.matchAll(/^\[ -e '(.*)' \] && exit 1$/gm)].map(([, path = ""]) => path);
  if (absent.some((path) => existsSync(encodePath(fromLatin1(path))))) return false;
  const lists = [...script.matchAll(/ 2>&1\)" = '([^']*)' \] \|\| exit 1$/gm)];
  return (
    lists.length > 0 &&
    lists.every(([, list = ""]) => list.split("\n").every((line) => isSame(top, line, seen)))
  );
}

type Seen = ReadonlyMap<string, BigIntStats>;

/**
 * Will a look need git's list of untracked files? A guess by what the last one needed: git can then begin at once. Where
 * the globs reach everywhere, HEAD's log is in the script; where there is no script, something was stale.
 */
export function freshNeedsGit(stateDir: string): boolean {
  const script = readScript(stateDir);
  if (script === null) return true;
  // Its own log, not that of a submodule.
  return ["'.git/logs/HEAD'", `'${dirname(stateDir)}/logs/HEAD'`].some((log) => script.includes(log));
}

const QUOTED_QUOTE = "'\\''";

function readScript(stateDir: string): string | null {
  try {
    return readFileSync(freshPath(stateDir), "latin1");
  } catch {
    return null;
  }
}

/**
 * A line is a name and five fields (a name with a newline is two lines, and so never the same). Times are compared as
 * milliseconds, to a quarter of a microsecond: whoever runs the script compares them in full.
 */
function isSame(top: string, line: string, seen: Seen): boolean {
  const words = line.split(" ");
  const [size, ino, mode, mtime, ctime] = words.splice(-5);
  const name = fromLatin1(words.join(" "));
  const known = seen.get(name);
  if (known !== undefined) return line.endsWith(` ${statFields(known)}`);
  const path = encodePath(name.startsWith("/") ? name : `${top}/${name}`);
  const stat = statSync(path, { throwIfNoEntry: false });
  return (
    stat !== undefined &&
    String(stat.size) === size &&
    String(stat.ino) === ino &&
    stat.mode.toString(16) === mode &&
    stat.mtimeMs === toMs(mtime) &&
    stat.ctimeMs === toMs(ctime)
  );
}

/** `1700000000.123456789` as Node makes it of the same numbers. */
function toMs(seconds = ""): number {
  const [whole = "", ns = ""] = seconds.split(".");
  return Number(whole) * 1000 + Number(ns) / 1_000_000;
}

const NOT_ASCII = /[\u0080-\u00FF]/;

function fromLatin1(text: string): string {
  return NOT_ASCII.test(text) ? decodePath(Buffer.from(text, "latin1")) : text;
}
