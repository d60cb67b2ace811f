import { lstatSync } from "node:fs";
import { outputPath } from "../fingerprint/output-path.ts";
import { encodePath } from "../git/path-bytes.ts";
import type { Workspace } from "../model.ts";

/** True for a regular file at an output path. */
export function isThere(ws: Workspace, path: string): boolean {
  return lstatSync(encodePath(outputPath(ws.top, path)), { throwIfNoEntry: false })?.isFile() ?? false;
}

/** inode and ctime: another value means that somebody wrote or replaced the file. */
export function stamp(ws: Workspace, path: string): string {
  const stat = lstatSync(encodePath(outputPath(ws.top, path)), { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino}:${stat.ctimeNs}` : "absent";
}
