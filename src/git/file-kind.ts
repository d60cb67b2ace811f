import { lstatSync } from "node:fs";

/** What lies at a path, without following a link there. */
export type FileKind = "file" | "link" | "folder" | "special" | "absent" | "unreadable";

/**
 * Kind of what lies at a path; never throws. `special` are pipes, sockets and devices, which must not be opened: the
 * first to read one may wait for ever. A path that leads through a loop of links, or is too long, names nothing.
 */
export function fileKind(path: string | Buffer): FileKind {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return "absent";
    if (stat.isFile()) return "file";
    if (stat.isSymbolicLink()) return "link";
    return stat.isDirectory() ? "folder" : "special";
  } catch (error) {
    return isAccess(error) ? "unreadable" : "absent";
  }
}

function isAccess(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM");
}
