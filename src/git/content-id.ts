import { createHash } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { RepoPath } from "../model.ts";
import { git } from "./git.ts";
import { encodePath, toBytes } from "./path-bytes.ts";

/** Prefixes that keep kinds of tree entries apart; a plain file's id is its git object id as it is. */
export const LINK = "link:";
export const COMMIT = "commit:";

/** Content id of an entry as git's trees and index name it. The executable bit is not content. */
export function entryId(mode: string, oid: string): string {
  if (mode === "120000") return LINK + oid;
  if (mode === "160000") return COMMIT + oid;
  return oid;
}

/**
 * Content ids of files as they are in the work tree, by git's own rules (filters, line endings), so that a file
 * whose content equals the committed one gets the committed id. A path that is not there is left out.
 */
export async function contentIds(
  top: string,
  paths: readonly RepoPath[],
  hashName: "sha1" | "sha256",
): Promise<Map<RepoPath, string>> {
  const ids = new Map<RepoPath, string>();
  const plain: RepoPath[] = [];
  for (const path of paths) {
    const stat = lstatSync(fullPath(top, path), { throwIfNoEntry: false });
    if (stat?.isFile()) plain.push(path);
    else if (stat?.isSymbolicLink()) ids.set(path, LINK + linkId(fullPath(top, path), hashName));
  }
  if (plain.length === 0) return ids;
  const answer = await git(top, ["hash-object", "--stdin-paths"], plain.map(quotePath).join("\n") + "\n");
  const oids = answer.stdout.toString("latin1").trimEnd().split("\n");
  if (answer.code === 0 && oids.length === plain.length) {
    plain.forEach((path, at) => ids.set(path, oids[at] ?? ""));
  } else {
    // A file vanished or cannot be read: each for itself, so that one does not hide the others.
    for (const path of plain) {
      const id = rawId(fullPath(top, path), hashName);
      if (id !== null) ids.set(path, id);
    }
  }
  return ids;
}

/** Absolute path for `node:fs`, as bytes where the name is not UTF-8. */
export function fullPath(top: string, path: RepoPath): string | Buffer {
  return encodePath(join(top, path));
}

function linkId(path: string | Buffer, hashName: string): string {
  return objectId(readlinkSync(path, { encoding: "buffer" }), hashName);
}

function rawId(path: string | Buffer, hashName: string): string | null {
  try {
    return objectId(readFileSync(path), hashName);
  } catch {
    return null;
  }
}

function objectId(content: Buffer, hashName: string): string {
  return createHash(hashName).update(`blob ${content.length}\0`).update(content).digest("hex");
}

/** `--stdin-paths` takes C-quoted lines, the only way to name a path with a newline. */
function quotePath(path: RepoPath): string {
  let quoted = '"';
  for (const byte of toBytes(path)) {
    const special = byte < 0x20 || byte >= 0x7f || byte === 0x22 || byte === 0x5c;
    quoted += special ? `\\${byte.toString(8).padStart(3, "0")}` : String.fromCharCode(byte);
  }
  return `${quoted}"`;
}
