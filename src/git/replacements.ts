import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";

/**
 * True when `git replace` has put objects in the place of others. Git then writes a file with other content than its id
 * in the index says, and finds it clean.
 */
export function hasReplacements(ws: Workspace): boolean {
  try {
    if (readdirSync(join(ws.commonDir, "refs", "replace")).length > 0) return true;
  } catch {
    // No such folder: they may still be packed.
  }
  try {
    return readFileSync(join(ws.commonDir, "packed-refs"), "latin1").includes(" refs/replace/");
  } catch {
    return false;
  }
}
