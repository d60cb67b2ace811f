import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RepoPath } from "../model.ts";
import { fullPath } from "./content-id.ts";
import { gitRecords } from "./git.ts";
import { decodePath, encodePath } from "./path-bytes.ts";

/**
 * Files of an untracked repository that lies in the work tree. git names only its folder, but to a compiler its
 * files are like any others. Another work tree of a repository (`git worktree add`) holds copies: those are left out.
 * @param folder as git lists it, with a slash at its end.
 */
export async function filesOfNested(top: string, folder: RepoPath): Promise<RepoPath[]> {
  const inside = fullPath(top, folder);
  if (isLinkedWorkTree(join(top, folder)) || typeof inside !== "string") return [];
  const listed = await gitRecords(inside, ["ls-files", "-c", "-o", "--exclude-standard", "-z"]);
  const files: RepoPath[] = [];
  for (const name of new Set((listed ?? []).map(decodePath))) {
    if (name.endsWith("/")) files.push(...(await filesOfNested(top, folder + name)));
    else files.push(folder + name);
  }
  return files;
}

function isLinkedWorkTree(folder: string): boolean {
  try {
    return readFileSync(encodePath(join(folder, ".git")), "utf8").includes("/worktrees/");
  } catch {
    return false; // a folder: a repository of its own
  }
}
