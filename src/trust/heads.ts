import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { resolveCommit } from "../git/history.ts";
import type { Workspace } from "../model.ts";

/** Refs of an operation under way: what they name may be in the work tree before HEAD has it. */
const OPERATION_HEADS = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"];

/** The revisions whose commits the work tree can hold; null when `revision` names no commit. */
export async function headsToJudge(ws: Workspace, revision: string): Promise<string[] | null> {
  if (revision !== "HEAD") {
    const id = await resolveCommit(ws, revision);
    return id === null ? null : [id];
  }
  const ids = OPERATION_HEADS.flatMap((name) => idsIn(ws, name));
  // git leaves REBASE_HEAD behind when the rebase has ended.
  const isRebasing = ["rebase-merge", "rebase-apply"].some((name) => existsSync(join(ws.gitDir, name)));
  if (isRebasing) ids.push(...idsIn(ws, "REBASE_HEAD"));
  return ["HEAD", ...ids, ...squashed(ws)];
}

/** Commits that FETCH_HEAD names, of this work tree and of the main one. */
export function fetchedIds(ws: Workspace): string[] {
  return [...idsIn(ws, "FETCH_HEAD"), ...idsIn({ ...ws, gitDir: ws.commonDir }, "FETCH_HEAD")];
}

/** `merge --squash` leaves no ref, only the message that it proposes; subjects in it are indented. */
function squashed(ws: Workspace): string[] {
  return [...read(ws, "SQUASH_MSG").matchAll(/^commit ([0-9a-f]{40,64})$/gm)].map(([, id = ""]) => id);
}

function idsIn(ws: Workspace, name: string): string[] {
  return [...read(ws, name).matchAll(/^([0-9a-f]{40,64})\b/gm)].map(([, id = ""]) => id);
}

function read(ws: Workspace, name: string): string {
  try {
    return readFileSync(join(ws.gitDir, name), "utf8");
  } catch {
    return "";
  }
}
