import { statSync, type BigIntStats } from "node:fs";
import { crypto } from "../late-modules.ts";
import type { FileStat, ToolFile } from "../model.ts";
import { fileStat } from "./outputs.ts";
import { realOf } from "./search-path.ts";
import { toolContent } from "./tool-content.ts";

/** How a file's content is told apart. */
type ReadContentId = (path: string) => Promise<string>;

/** Reads a file's stat and content id (default: {@link toolContent}); null when it is no readable file. */
export type ToolFileReader = (path: string, contentId?: ReadContentId) => Promise<ToolFile | null>;

/**
 * A reader that hashes only what moved.
 * @param known files as read before: one with an equal stat keeps its hash.
 */
export function toolFileReader(known: readonly ToolFile[]): ToolFileReader {
  const before = new Map(known.map((file) => [file.path, file]));
  const hashed = new Map<string, Promise<string>>(); // g++ and c++ are often one file
  return async (path, contentId = toolContent) => {
    const stat = statOf(path);
    if (stat === null) return null;
    const old = before.get(path);
    if (old !== undefined && sameStat(old, stat)) return { path, ...stat, sha256: old.sha256 };
    const real = realOf(path);
    const pending = hashed.get(real) ?? contentId(real);
    hashed.set(real, pending);
    try {
      return { path, ...stat, sha256: await pending };
    } catch {
      return null; // gone or unreadable since the stat
    }
  };
}

/** Reads several; what is not there is left out. */
export async function readAll(
  read: ToolFileReader,
  paths: readonly string[],
  contentId?: ReadContentId,
): Promise<ToolFile[]> {
  const files: ToolFile[] = [];
  for (const path of new Set(paths)) {
    const file = await read(path, contentId);
    if (file !== null) files.push(file);
  }
  return files;
}

/** Identity of a set of contents: where they lie, how often and in which order does not count. */
export function identityOf(files: readonly ToolFile[], facts: readonly string[] = []): string {
  const contents = [...new Set(files.map((file) => file.sha256))].sort();
  return crypto()
    .createHash("sha256")
    .update(JSON.stringify([contents, facts]))
    .digest("hex");
}

/** The same contents at the same paths, in the same order: whatever was made of them before is still right. */
export function areUnmoved(before: readonly ToolFile[], now: readonly ToolFile[]): boolean {
  return (
    before.length === now.length &&
    now.every((file, at) => before[at]?.path === file.path && before[at].sha256 === file.sha256)
  );
}

function sameStat(a: FileStat, b: FileStat): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.ino === b.ino;
}

/** stat of the file that a path leads to, links followed; null when there is none. */
function statOf(path: string): FileStat | null {
  let stat: BigIntStats | undefined;
  try {
    stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return null; // a folder on the way is a file or may not be entered
  }
  return stat?.isFile() ? fileStat(stat) : null;
}
