import { existsSync, readFileSync } from "node:fs";
import { decodePath, encodePath } from "../git/path-bytes.ts";
import { freshPath, freshTitle, statLine } from "./fresh.ts";

/**
 * Would fresh.sh, as it stands, answer "fresh"? Then what it lists has not moved since it was proven, nor has what
 * decides what it lists, and there is no need to write it again. Read, not run: the stats alone are the cheaper half.
 * @returns false also for a script of another version, and for names that need quoting: it is made anew.
 */
export function freshHolds(top: string, stateDir: string): boolean {
  const script = readScript(stateDir);
  if (script === null || !script.startsWith(freshTitle())) return false;
  if (script.includes(QUOTED_QUOTE) || !script.endsWith("\nexit 42\n")) return false;
  const absent = [...script.matchAll(/^\[ -e '(.*)' \] && exit 1$/gm)].map(([, path = ""]) => path);
  if (absent.some((path) => existsSync(encodePath(fromLatin1(path))))) return false;
  const lists = [...script.matchAll(/ 2>&1\)" = '([^']*)' \] \|\| exit 1$/gm)];
  return (
    lists.length > 0 && lists.every(([, list = ""]) => list.split("\n").every((line) => isSame(top, line)))
  );
}

const QUOTED_QUOTE = "'\\''";

function readScript(stateDir: string): string | null {
  try {
    return readFileSync(freshPath(stateDir), "latin1");
  } catch {
    return null;
  }
}

/** A line is a name and five fields. A name with a newline is two lines, and so never the same. */
function isSame(top: string, line: string): boolean {
  const name = /^(.*)(?: \S+){5}$/.exec(line)?.[1];
  return name !== undefined && statLine(top, fromLatin1(name), null) === line;
}

function fromLatin1(text: string): string {
  return decodePath(Buffer.from(text, "latin1"));
}
