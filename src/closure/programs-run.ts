/** What a Python build script starts beside compilers: shell scripts of the tree, and make. */
import type { RepoPath } from "../model.ts";
import type { BuildFileFacts } from "./facts.ts";
import { folderOf } from "./file-kinds.ts";

/**
 * Adds to the facts of a build script the shell scripts that it names, and says that nothing is certain where it runs
 * make by itself: a Makefile's rules are not read. CMake's own use of make is no such case.
 */
export function withPrograms(facts: BuildFileFacts, text: string, path: RepoPath): BuildFileFacts {
  const code = text.replace(/^\s*#.*$/gm, "");
  const scripts = [...code.matchAll(/["'](?:\.\/)?([\w./-]*\w\.(?:sh|bash))\b/g)].map(
    (match) => match[1] ?? "",
  );
  const folder = folderOf(path);
  const sources = scripts.map((name) => (folder === "" ? name : `${folder}/${name}`));
  const runsMake = /\[\s*["']g?make["']|\(\s*["']g?make\b/.test(code) && !/cmake/i.test(code);
  return {
    ...facts,
    sources: [...new Set([...facts.sources, ...sources])],
    open: facts.open ?? (runsMake ? `${path}: make is run, and what a Makefile names is not read` : null),
  };
}
