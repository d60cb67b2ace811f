/** The few ways in which we move files. Nothing here deletes what is not our own copy. */
import {
  chmodSync,
  constants,
  copyFileSync,
  fsyncSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  utimesSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { decodePath, encodePath } from "../git/path-bytes.ts";
import { deviceOf } from "../fingerprint/outputs.ts";
import { errorCode } from "./state-file.ts";

export function existsAt(path: string): boolean {
  return lstatSync(encodePath(path), { throwIfNoEntry: false }) !== undefined;
}

/**
 * A place to put `path` aside on its own file system, so that every later move is a rename: the wanted place where
 * that is the same device, else a hidden name beside the file itself.
 */
export function asidePlace(path: string, wanted: string, tag: string): string {
  return deviceOf(dirname(path)) === deviceOf(dirname(wanted))
    ? wanted
    : join(dirname(path), `.rebuild-if-needed-${tag}-${basename(path)}`);
}

export function makeParent(path: string): void {
  mkdirSync(encodePath(dirname(path)), { recursive: true });
}

/** Gives the file a second name; where the file system has no hard links, a full copy under that name. */
export function linkOrCopy(path: string, aside: string): void {
  try {
    linkSync(encodePath(path), encodePath(aside));
  } catch (error) {
    if (errorCode(error) === "EEXIST") throw error;
    copyDurably(path, aside);
  }
}

/** Copies with a reflink where there is one; content is on disk when it returns. Keeps mode and mtime. */
export function copyDurably(from: string, to: string): void {
  const temp = tempPlace(to);
  const stat = lstatSync(encodePath(from));
  copyFileSync(encodePath(from), encodePath(temp), constants.COPYFILE_FICLONE);
  const file = openSync(encodePath(temp), "r");
  fsyncSync(file);
  closeSync(file);
  utimesSync(encodePath(temp), stat.atime, stat.mtime);
  renameSync(encodePath(temp), encodePath(to));
}

/** Entries of a folder by their bytes; none where it cannot be read. Links are neither files nor folders here. */
export function readFolder(path: string): { name: string; isFile: boolean; isFolder: boolean }[] {
  try {
    return readdirSync(encodePath(path), { withFileTypes: true, encoding: "buffer" }).map((entry) => ({
      name: decodePath(entry.name),
      isFile: entry.isFile(),
      isFolder: entry.isDirectory(),
    }));
  } catch {
    return [];
  }
}

/** A hidden name beside `path` for what is not ready yet. The owner's process id is in it, for `dropTemps`. */
export function tempPlace(path: string): string {
  return join(dirname(path), `.rebuild-if-needed-tmp-${process.pid}-${basename(path)}`);
}

/** Removes what a killed process had not made ready in these folders. */
export function dropTemps(folders: Iterable<string>, pid: number): void {
  const start = `.rebuild-if-needed-tmp-${pid}-`;
  for (const folder of new Set(folders)) {
    for (const { name } of readFolder(folder)) {
      if (name.startsWith(start)) rmSync(encodePath(join(folder, name)), { force: true });
    }
  }
}

/** Renames; where both names are the same inode already (POSIX: nothing happens), drops the first name. */
export function renameOver(from: string, to: string): void {
  renameSync(encodePath(from), encodePath(to));
  if (existsAt(from)) unlinkSync(encodePath(from));
}

/** Removes a folder that is ours, with what is read-only in it. Nothing there: nothing happens. */
export function removeTree(path: string): void {
  makeWritable(path);
  rmSync(encodePath(path), { recursive: true, force: true });
}

/** Lets the owner change what is in a folder of ours, and below: nothing can be moved out of a read-only one. */
export function makeWritable(path: string): void {
  openFolder(path);
  for (const { name, isFolder } of readFolder(path)) if (isFolder) makeWritable(join(path, name));
}

/** Lets the owner change one folder. Where that is refused, the move that comes next will say so. */
export function openFolder(path: string): void {
  const stat = lstatSync(encodePath(path), { throwIfNoEntry: false });
  if (stat?.isDirectory() !== true || (stat.mode & 0o700) === 0o700) return;
  try {
    chmodSync(encodePath(path), (stat.mode & 0o777) | 0o700);
  } catch {
    // another user's
  }
}
