import { showPath } from "../git/path-bytes.ts";
import type { Workspace } from "../model.ts";
import { type Failure, ok, refuse, type Result } from "../report/failure.ts";
import { type Commit, listCommits } from "./commits.ts";
import { selectForeign } from "./foreign.ts";
import { readGrants, writeGrants } from "./grants.ts";
import { headsToJudge } from "./heads.ts";
import { readUpstream } from "./upstream.ts";

export { allowRemote, recordRemotes } from "./upstream.ts";

/** A commit that is neither upstream nor made here. Texts are free of control characters. */
export interface ForeignCommit {
  readonly id: string;
  readonly subject: string;
  readonly author: string;
}

export type Trust =
  | { readonly kind: "trusted" }
  | {
      readonly kind: "held";
      /** Newest first, at most 20; never empty. */
      readonly commits: readonly ForeignCommit[];
      readonly total: number;
      /** Why nothing could be judged; then `commits` holds HEAD as a stand-in. */
      readonly failure?: Failure;
    };

const SHOWN = 20;

/**
 * May commands of this commit run? Yes for what is upstream (reachable from a branch of a trusted remote), for what
 * was made in this clone, and for what was allowed. All else is held; so is all that cannot be judged.
 */
export async function judgeTrust(ws: Workspace, revision = "HEAD"): Promise<Trust> {
  const found = await findForeign(ws, revision);
  if (!found.ok) {
    const commits = [{ id: revision, subject: found.failure.message, author: "unknown" }];
    return { kind: "held", commits, total: 1, failure: found.failure };
  }
  const total = found.value.length;
  return total === 0 ? { kind: "trusted" } : { kind: "held", commits: found.value.slice(0, SHOWN), total };
}

/** Allows exactly the commits for which HEAD is held now. A commit that comes later is held again. */
export async function allowCommits(
  ws: Workspace,
): Promise<Result<{ commits: readonly ForeignCommit[]; total: number }>> {
  const grants = readGrants(ws);
  if (!grants.ok) return grants;
  const found = await findForeign(ws, "HEAD");
  if (!found.ok) return found;
  const commits = found.value;
  if (commits.length > 0) {
    const ids = new Set([...grants.value.commits, ...commits.map((commit) => commit.id)]);
    const written = writeGrants(ws, { ...grants.value, commits: [...ids] });
    if (!written.ok) return written;
  }
  return ok({ commits: commits.slice(0, SHOWN), total: commits.length });
}

async function findForeign(ws: Workspace, revision: string): Promise<Result<ForeignCommit[]>> {
  const grants = readGrants(ws);
  if (!grants.ok) return grants;
  const [heads, upstream] = await Promise.all([
    headsToJudge(ws, revision),
    readUpstream(ws, grants.value.remotes),
  ]);
  if (heads === null)
    return refuse("E121", `there is no revision ${showPath(revision)}. Nothing was run.`, "git log");
  if (upstream === null) return unjudged();
  if (upstream.kind === "no-remote") return ok([]);
  const beyondTips = await listCommits(ws, { from: heads, except: upstream.tips });
  if (beyondTips === null) return unjudged();
  if (beyondTips.length === 0) return ok([]);

  const past = [...upstream.tips, ...upstream.past];
  const beyond =
    upstream.past.length === 0
      ? beyondTips
      : await listCommits(ws, { from: heads, except: past, passOverMissing: true });
  if (beyond === null) return unjudged();
  const allowed = new Set(grants.value.commits);
  const commits = beyond.filter((commit) => !allowed.has(commit.id));
  if (commits.length === 0) return ok([]);
  const foreign = await selectForeign(ws, { commits, upstream: past, allowed });
  return ok(foreign.map(describe));
}

/** Subjects and names are a stranger's text and end up on a terminal. */
function describe(commit: Commit): ForeignCommit {
  const plain = (text: string): string => showPath(text).replace(/[\u0080-\u009F]/g, "");
  return { id: commit.id, subject: plain(commit.subject), author: plain(commit.author) };
}

function unjudged<T>(): Result<T> {
  return refuse(
    "E306",
    "git cannot tell where the commits of HEAD come from. All are held; nothing was run.",
    "git fsck --connectivity-only",
  );
}
