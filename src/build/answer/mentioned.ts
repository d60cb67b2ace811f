/** Files of the C family that build files read by themselves, which no compiler tells of. Pure. */
import { posix } from "node:path";
import type { RepoPath } from "../../model.ts";
import { isCFamily } from "./c-family.ts";

/**
 * A version number in a header is often read by `file(STRINGS ...)` or by setup.py. Whatever of the C family such a
 * line names counts, by base name; in setup.py any header does, in whatever way it is named.
 */
export function mentionedFiles(buildFile: RepoPath, text: string, paths: Iterable<RepoPath>): RepoPath[] {
  const isPython = buildFile.endsWith(".py");
  const lines = isPython
    ? text.split("\n")
    : (text.match(/\bfile\s*\(\s*(READ|STRINGS|SHA|MD5)[^)]*\)/gi) ?? []);
  const reading = lines.filter((line) => !isPython || /open|read|parse|Path/.test(line)).join("\n");
  return [...paths].filter((path) => {
    if (!isCFamily(path)) return false;
    const name = posix.basename(path);
    return reading.includes(name) || (isPython && !IS_SOURCE.test(path) && text.includes(name));
  });
}

const IS_SOURCE = /\.(c|cc|cpp|cxx|c\+\+|cu|hip|m|mm|s|S|asm)$/;
