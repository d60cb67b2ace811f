import { posix } from "node:path";
import type { RepoPath } from "../model.ts";

/** Path that a symbolic link in the tree points to, or null when that lies outside of it. */
export function linkTarget(path: RepoPath, text: string): RepoPath | null {
  if (text.startsWith("/")) return null;
  const target = posix.normalize(posix.join(posix.dirname(path), text));
  return target.startsWith("../") || target === ".." ? null : target;
}
