import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { hasObject } from "./has-object.ts";

/** HEAD's commit id as the files of the git dir say it, or null: git must say (no commit yet, reftable, a lost commit). */
export function readPlainHead(ws: Workspace): string | null {
  const id = headId(ws);
  return id !== null && hasObject(join(ws.commonDir, "objects"), id) ? id : null;
}

function headId(ws: Workspace): string | null {
  const head = readText(join(ws.gitDir, "HEAD"));
  if (head === null || ID.test(head)) return head;
  const ref = /^ref: (refs\/heads\/[^\n]+)$/.exec(head)?.[1];
  if (ref === undefined || ref.split("/").includes("..")) return null;
  const loose = readText(join(ws.commonDir, ref));
  if (loose !== null) return ID.test(loose) ? loose : null;
  return findPacked(readText(join(ws.commonDir, "packed-refs")) ?? "", ref);
}

const ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** Lines of packed-refs are `<id> <ref>`. Files of refs are bytes; a ref that is not ASCII reads the same on both sides. */
function findPacked(packed: string, ref: string): string | null {
  const at = `${packed}\n`.indexOf(` ${ref}\n`);
  if (at === -1) return null;
  const id = packed.slice(packed.lastIndexOf("\n", at) + 1, at);
  return ID.test(id) ? id : null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trimEnd();
  } catch {
    return null;
  }
}
