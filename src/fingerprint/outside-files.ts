import { realpathSync } from "node:fs";
import { join } from "node:path";
import { fullPath, rawId } from "../git/content-id.ts";
import { fileKind } from "../git/file-kind.ts";
import { decodePath, encodePath } from "../git/path-bytes.ts";
import { readFolder } from "../store/move.ts";
import type { LinkEnd } from "./follow-links.ts";

/** A link to a home folder or a disk of data must not make every look read it all. */
const MOST_ENTRIES = 5000;

/** What lies at an absolute path outside of the work tree, as the end of a link; null when nothing that can be read does. */
export async function outsideEnd(path: string, hashName: "sha1" | "sha256"): Promise<LinkEnd | null> {
  const end = realPath(path);
  if (end === null) return null;
  if (fileKind(encodePath(end)) === "folder") {
    const files = await outsideFiles(end, hashName);
    return files === null ? null : { kind: "outside", files };
  }
  const id = await rawId(encodePath(end), hashName);
  return id === null ? null : { kind: "file", id };
}

/** `path` with all links followed; null when it leads nowhere. */
export function realPath(path: string): string | null {
  try {
    return decodePath(realpathSync(encodePath(path), { encoding: "buffer" }));
  } catch {
    return null;
  }
}

/**
 * Content ids of the files below a folder that lies outside of the work tree, by their path below it. Links in it are
 * not followed. Null when it has more than 5000 entries: then only the link itself counts.
 */
async function outsideFiles(
  folder: string,
  hashName: "sha1" | "sha256",
): Promise<ReadonlyMap<string, string> | null> {
  const paths: string[] = [];
  const folders = [""];
  let entries = 0;
  for (let below = folders.pop(); below !== undefined; below = folders.pop()) {
    for (const { name, isFile, isFolder } of readFolder(join(folder, below))) {
      if (++entries > MOST_ENTRIES) return null;
      if (isFolder && name !== ".git") folders.push(`${below}${name}/`);
      if (isFile) paths.push(below + name);
    }
  }
  const ids = new Map<string, string>();
  for (const path of paths) {
    const id = await rawId(fullPath(folder, path), hashName);
    if (id !== null) ids.set(path, id);
  }
  return ids;
}
