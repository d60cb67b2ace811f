import { lstatSync } from "node:fs";
import { encodePath } from "../git/path-bytes.ts";

/** Changes whenever anybody writes or replaces the file, even with the same content. */
export function changeStamp(path: string): string | null {
  const stat = lstatSync(encodePath(path), { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino}:${stat.ctimeNs}` : null;
}

/** Survives a rename or a new hard link, unlike `changeStamp`. */
export function stampOf(path: string): string {
  const stat = lstatSync(encodePath(path), { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino}:${stat.mtimeNs}:${stat.size}` : "absent";
}
