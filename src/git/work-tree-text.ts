import { lstatSync, readFileSync } from "node:fs";
import type { RepoPath } from "../model.ts";
import { fullPath } from "./content-id.ts";

/** Larger files are no text that a build file or source would be: they are left out, in commits as in the work tree. */
export const MAX_TEXT_BYTES: number = 4 * 1024 * 1024;

/** Texts of files of the work tree; one that cannot be read is left out. */
export function readTexts(top: string, paths: readonly RepoPath[]): Promise<Map<RepoPath, string>> {
  const texts = new Map<RepoPath, string>();
  for (const path of paths) {
    const text = readText(top, path);
    if (text !== null) texts.set(path, text);
  }
  return Promise.resolve(texts);
}

/** A pipe, a device or a folder has no text; reading one could wait for ever. */
function readText(top: string, path: RepoPath): string | null {
  try {
    const full = fullPath(top, path);
    const stat = lstatSync(full);
    return stat.isFile() && stat.size <= MAX_TEXT_BYTES ? readFileSync(full, "utf8") : null;
  } catch {
    return null;
  }
}
