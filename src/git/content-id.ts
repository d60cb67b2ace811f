import { createReadStream, readlinkSync, statSync } from "node:fs";
import { crypto, streams } from "../late-modules.ts";
import type { RepoPath } from "../model.ts";
import { fileKind } from "./file-kind.ts";
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

/** Id of a file that is there and that nobody here may read. It equals no content. */
const UNREADABLE = "unreadable";

/**
 * Content ids of files as they are in the work tree, by git's own rules (filters, line endings), so that a file
 * whose content equals the committed one gets the committed id. A path that is not there is left out, and so is a
 * folder, a pipe or a device.
 */
export async function contentIds(
  top: string,
  paths: readonly RepoPath[],
  hashName: "sha1" | "sha256",
): Promise<Map<RepoPath, string>> {
  const ids = new Map<RepoPath, string>();
  const plain: RepoPath[] = [];
  for (const path of paths) {
    const full = fullPath(top, path);
    const kind = fileKind(full);
    if (kind === "file") plain.push(path);
    else if (kind === "unreadable") ids.set(path, UNREADABLE);
    else if (kind === "link") {
      const id = textId(full, hashName);
      if (id !== null) ids.set(path, LINK + id);
    }
  }
  await hashFiles(top, plain, hashName, ids);
  return ids;
}

/** git stops at the first file that it cannot hash: then by halves, so that one does not hide the others. */
async function hashFiles(
  top: string,
  paths: readonly RepoPath[],
  hashName: "sha1" | "sha256",
  ids: Map<RepoPath, string>,
): Promise<void> {
  if (paths.length === 0) return;
  const answer = await git(top, ["hash-object", "--stdin-paths"], paths.map(quotePath).join("\n") + "\n");
  const oids = answer.stdout.toString("latin1").trimEnd().split("\n");
  if (answer.code === 0 && oids.length === paths.length) {
    paths.forEach((path, at) => ids.set(path, oids[at] ?? ""));
  } else if (paths.length === 1) {
    const [path = ""] = paths;
    const id = await rawId(fullPath(top, path), hashName);
    if (id !== null) ids.set(path, id);
  } else {
    const middle = paths.length >> 1;
    await hashFiles(top, paths.slice(0, middle), hashName, ids);
    await hashFiles(top, paths.slice(middle), hashName, ids);
  }
}

/** Absolute path for `node:fs`, as bytes where the name is not UTF-8. */
export function fullPath(top: string, path: RepoPath): string | Buffer {
  return encodePath(`${top}/${path}`); // git's paths have no `..` and no `//`
}

/** Object id of a link's text; null when it is no link any more. */
function textId(path: string | Buffer, hashName: string): string | null {
  try {
    return objectId(readlinkSync(path, { encoding: "buffer" }), hashName);
  } catch {
    return null;
  }
}

/** Object id of a file's bytes as they are, without filters, of any size. Null: it is not there. */
export async function rawId(path: string | Buffer, hashName: string): Promise<string | null> {
  if (fileKind(path) !== "file") return null;
  try {
    const { size } = statSync(path);
    const hash = crypto().createHash(hashName).update(`blob ${size}\0`);
    // A file of the kernel (/proc/kmsg) says that it is empty, and may have no end.
    if (size > 0) await streams().pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
    return hash.digest("hex");
  } catch {
    return fileKind(path) === "absent" ? null : UNREADABLE;
  }
}

/** Object id that git gives to a blob of these bytes. */
function objectId(content: Buffer, hashName: string): string {
  return crypto().createHash(hashName).update(`blob ${content.length}\0`).update(content).digest("hex");
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
