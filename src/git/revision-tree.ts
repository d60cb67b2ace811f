import type { RepoPath } from "../model.ts";
import { entryId } from "./content-id.ts";
import { gitRecords } from "./git.ts";
import { decodePath } from "./path-bytes.ts";

/** path -> content id of everything that a commit's tree holds; null when it cannot be read. */
export async function readRevision(top: string, commit: string): Promise<Map<RepoPath, string> | null> {
  const records = await gitRecords(top, ["ls-tree", "-r", "-z", "--full-tree", commit]);
  if (records === null) return null;
  const tree = new Map<RepoPath, string>();
  for (const record of records) {
    const tab = record.indexOf(9);
    const [mode = "", , oid = ""] = record.toString("latin1", 0, tab).split(" ");
    tree.set(decodePath(record.subarray(tab + 1)), entryId(mode, oid));
  }
  return tree;
}

/** One path that differs between two trees. A null id: not there at that end. */
export interface TreeChange {
  readonly path: RepoPath;
  readonly from: string | null;
  readonly to: string | null;
}

/** Records of `diff-tree -r -z --raw`: for each path two, its modes and ids and then its name. */
export function parseChanges(records: readonly Buffer[]): TreeChange[] {
  const changes: TreeChange[] = [];
  for (let at = 0; at + 1 < records.length; at += 2) {
    const head = records[at]?.toString("latin1").slice(1).split(" ") ?? [];
    const [oldMode = "", newMode = "", oldOid = "", newOid = ""] = head;
    changes.push({
      path: decodePath(records[at + 1] ?? Buffer.alloc(0)),
      from: oldMode === "000000" ? null : entryId(oldMode, oldOid),
      to: newMode === "000000" ? null : entryId(newMode, newOid),
    });
  }
  return changes;
}
