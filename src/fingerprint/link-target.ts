import { posix } from "node:path";
import { LINK } from "../git/content-id.ts";
import type { RepoPath } from "../model.ts";

/** Path that a symbolic link in the tree points to, or null when that lies outside of it. */
export function linkTarget(path: RepoPath, text: string): RepoPath | null {
  if (text.startsWith("/")) return null;
  const target = posix.normalize(posix.join(posix.dirname(path), text));
  return target.startsWith("../") || target === ".." ? null : target;
}

/** Id of a link that is an input: its text, and the content of the file behind it, which the compiler reads. */
export function linkId(id: string, targetId: string | undefined): string {
  return targetId === undefined || targetId.startsWith(LINK) ? id : `${id}+${targetId}`;
}
