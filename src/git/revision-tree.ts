import type { RepoPath } from "../model.ts";
import { entryId } from "./content-id.ts";
import { git, gitRecords } from "./git.ts";
import { decodePath, toBytes } from "./path-bytes.ts";

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

/** Text of one file at a commit, or null when it is not there (or not here, in a partial clone). */
export async function readFileAt(top: string, commit: string, path: RepoPath): Promise<string | null> {
  const answer = await git(
    top,
    ["cat-file", "--batch"],
    Buffer.concat([toBytes(`${commit}:${path}`), Buffer.from("\n")]),
  );
  const end = answer.stdout.indexOf(10);
  const size = / blob (\d+)$/.exec(answer.stdout.toString("latin1", 0, Math.max(end, 0)))?.[1];
  return size === undefined ? null : answer.stdout.toString("utf8", end + 1, end + 1 + Number(size));
}

/** One path that differs between two trees. A null id: not there at that end. */
export interface TreeChange {
  readonly path: RepoPath;
  readonly from: string | null;
  readonly to: string | null;
}

/** What differs between two commits' trees; renames are a removal and an addition. Null when unreadable. */
export async function diffRevisions(top: string, from: string, to: string): Promise<TreeChange[] | null> {
  const records = await gitRecords(top, ["diff-tree", "-r", "-z", "--no-renames", "--raw", from, to]);
  if (records === null) return null;
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
