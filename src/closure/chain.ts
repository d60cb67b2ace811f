import { showPath } from "../git/path-bytes.ts";
import type { RepoPath } from "../model.ts";
import type { Closure } from "./facts.ts";

/** How a build comes to a file: the file first, then who names or includes it, to a build file at the end. Empty: not at all. */
export function chainOf(closure: Closure, path: RepoPath): RepoPath[] {
  const chain: RepoPath[] = [];
  let at: RepoPath | null = path;
  while (at !== null && closure.files.has(at) && !chain.includes(at)) {
    chain.push(at);
    at = closure.files.get(at) ?? null;
  }
  return chain;
}

/** The same for people: `csrc/a.cuh <- csrc/b.cu <- CMakeLists.txt`. */
export function chainText(closure: Closure, path: RepoPath): string {
  return chainOf(closure, path).map(showPath).join(" <- ");
}
