import { join } from "node:path";
import { crypto } from "../late-modules.ts";
import { COMMIT, contentIds, entryId, fullPath } from "../git/content-id.ts";
import { fileKind } from "../git/file-kind.ts";
import { gitRecords, gitText } from "../git/git.ts";
import { filesOfNested } from "../git/nested.ts";
import { decodePath } from "../git/path-bytes.ts";
import { type IndexEntry, readIndex } from "../git/work-tree.ts";
import type { RepoPath } from "../model.ts";

/** A submodule as it is checked out. */
export interface SubmoduleState {
  readonly commit: string;
  /** The commit, and a hash of what was changed by hand since: own files, flagged ones, submodules of its own. */
  readonly id: string;
  /** Submodules of its own, at any depth, with another commit than the one around them wants. */
  readonly lagging: readonly LaggingNested[];
}

export interface LaggingNested {
  /** Path below the submodule. */
  readonly path: RepoPath;
  readonly wanted: string;
  readonly present: string;
}

/**
 * State of the submodule in `folder`, or null when it is not checked out. `submodule.*.ignore` hides nothing here, nor
 * do assume-unchanged flags: a compiler reads what is there.
 */
export async function submoduleState(folder: string): Promise<SubmoduleState | null> {
  if (fileKind(fullPath(folder, ".git")) === "absent") return null;
  const commit = await gitText(folder, ["rev-parse", "--verify", "--quiet", "HEAD"]);
  if (commit === null) return null;
  const [status, index] = await Promise.all([
    gitRecords(folder, [
      "status",
      "--porcelain",
      "--no-renames",
      "--ignore-submodules=none",
      "--untracked-files=all",
      "-z",
    ]),
    readIndex(folder),
  ]);
  const staged = new Set<RepoPath>();
  const suspects = new Set<RepoPath>((index ?? []).filter((entry) => entry.flagged).map(({ path }) => path));
  for (const record of status ?? []) {
    const path = decodePath(record.subarray(3));
    if (record[0] !== SPACE) staged.add(path);
    if (path.endsWith("/")) for (const file of await filesOfNested(folder, path)) suspects.add(file);
    else suspects.add(path);
  }
  const changes = await changedFiles(folder, [...suspects].sort(), staged, index ?? [], commit);
  const lagging = await laggingNested(folder, index ?? []);
  if (changes === "") return { commit, id: COMMIT + commit, lagging };
  const id = `${COMMIT}${commit}+${crypto().createHash("sha256").update(changes).digest("hex")}`;
  return { commit, id, lagging };
}

/** `git submodule update` without `--recursive` leaves them behind. One that was never checked out may not be needed. */
async function laggingNested(folder: string, index: readonly IndexEntry[]): Promise<LaggingNested[]> {
  const lagging: LaggingNested[] = [];
  for (const { path, mode, oid } of index) {
    const state = mode === "160000" ? await submoduleState(join(folder, path)) : null;
    if (state === null) continue;
    if (state.commit !== oid) lagging.push({ path, wanted: oid, present: state.commit });
    lagging.push(...state.lagging.map((one) => ({ ...one, path: `${path}/${one.path}` })));
  }
  return lagging;
}

const SPACE = 0x20;

/** `path NUL id NUL` of all that is not as the commit has it. */
async function changedFiles(
  folder: string,
  paths: readonly RepoPath[],
  staged: ReadonlySet<RepoPath>,
  index: readonly IndexEntry[],
  commit: string,
): Promise<string> {
  if (paths.length === 0) return "";
  const entries = new Map(index.map((entry) => [entry.path, entryId(entry.mode, entry.oid)]));
  const ids = await contentIds(folder, paths, commit.length === 64 ? "sha256" : "sha1");
  let text = "";
  for (const path of paths) {
    const full = fullPath(folder, path);
    const nested = fileKind(full) === "folder" ? await submoduleState(join(folder, path)) : null;
    const id = nested?.id ?? ids.get(path) ?? "absent";
    if (staged.has(path) || id !== entries.get(path)) text += `${path}\0${id}\0`;
  }
  return text;
}
