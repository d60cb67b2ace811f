/** Hook files on disk: read as bytes, replaced by rename only, kept beside before they are replaced. */
import {
  chmodSync,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  type Stats,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** Code of a file system error (`ENOENT`, ...), or null when it is something else. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** Null when nothing is there, nor can be: a file stands where a folder should. */
export function lstatOrNull(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return null;
    throw error;
  }
}

/** Content, one character for each byte; null unless it is a regular file (a link is somebody else's). */
export function readHook(path: string): string | null {
  return lstatOrNull(path)?.isFile() === true ? readFileSync(path, "latin1") : null;
}

/** Writes aside and renames: a hook is the old or the new text, never half of it. */
export function replaceFile(path: string, text: string, mode: number): void {
  mkdirSync(dirname(path), { recursive: true });
  const aside = join(dirname(path), `.${basename(path)}.${process.pid}.rebuild-if-needed`);
  rmSync(aside, { force: true }); // of an installer that died
  try {
    writeFileSync(aside, text, { encoding: "latin1", flag: "wx" });
    chmodSync(aside, mode);
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}

/** Gives a file a second name without touching it: same inode, mode and time where the file system can. */
export function keepAs(path: string, second: string): void {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return symlinkSync(readlinkSync(path), second);
  try {
    linkSync(path, second);
  } catch (error) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(errorCode(error) ?? "")) throw error;
    copyFileSync(path, second);
    chmodSync(second, stat.mode & 0o7777);
  }
}

/** True when both are the same link, or files of the same bytes and mode. */
export function areAlike(one: string, other: string): boolean {
  const [a, b] = [lstatOrNull(one), lstatOrNull(other)];
  if (a === null || b === null) return false;
  if (a.isSymbolicLink() && b.isSymbolicLink()) return readlinkSync(one) === readlinkSync(other);
  return a.isFile() && b.isFile() && a.mode === b.mode && readFileSync(one).equals(readFileSync(other));
}
