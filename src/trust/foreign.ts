import { git } from "../git/git.ts";
import type { Workspace } from "../model.ts";
import { type Commit, findMissing, listCommits } from "./commits.ts";
import { authorship, isCopy, isReplacing, replacedBy, spreadForeign } from "./copies.ts";
import { type Creation, type Creations, findCreations } from "./creation.ts";
import { fetchedIds } from "./heads.ts";
import { patchIds } from "./patches.ts";
import { readHeadReflogs, readReflogsUnder } from "./reflog.ts";

export interface Question {
  /** Commits that are neither upstream nor allowed. */
  readonly commits: readonly Commit[];
  /** Commit ids whose whole history is upstream. */
  readonly upstream: readonly string[];
  readonly allowed: ReadonlySet<string>;
}

/** Those of `commits` that were not made here, by the reflogs, or were made here from one that was not. */
export async function selectForeign(ws: Workspace, question: Question): Promise<Commit[]> {
  const heads = readHeadReflogs(ws);
  const branches = readReflogsUnder(ws, "refs/heads");
  const creations = findCreations(heads, branches);
  const certain = question.commits.map((commit) => isOwn(commit, creations.get(commit.id)));
  if (!certain.includes(null)) return question.commits.filter((_, at) => certain[at] === false);

  // Some are copies or amended: they are as foreign as what they were made from, so look at all that is here.
  const logs = [...heads, ...branches, ...readReflogsUnder(ws, "refs/remotes")];
  const seeds = [
    ...question.commits.map((commit) => commit.id),
    ...logs.flat().flatMap((entry) => (entry.old === null ? [entry.id] : [entry.id, entry.old])),
    ...fetchedIds(ws),
    ...(await otherRefs(ws)),
  ];
  const range = { from: [...new Set(seeds)], except: question.upstream, passOverMissing: true };
  const all = await listCommits(ws, range);
  if (all === null) return question.commits.filter((_, at) => certain[at] !== true);
  const known = all.filter((commit) => !question.allowed.has(commit.id));
  const foreign = await findAllForeign(ws, known, creations);
  return question.commits.filter((commit) => foreign.has(commit.id));
}

/** @returns null when it depends on another commit. */
function isOwn(commit: Commit, creations: readonly Creation[] | undefined): boolean | null {
  if (creations === undefined) return false;
  return creations.every((one) => one.kind === "own" && !isReplacing(commit, one)) ? true : null;
}

/** Ids of all foreign commits among `commits`: those not made here, and what amending and copying made of them. */
async function findAllForeign(
  ws: Workspace,
  commits: readonly Commit[],
  creations: Creations,
): Promise<Set<string>> {
  const foreign = new Set(commits.filter((commit) => !creations.has(commit.id)).map((commit) => commit.id));
  const listed = new Set(commits.map((commit) => commit.id));
  const predecessors = commits
    .flatMap((commit) => replacedBy(commit, creations))
    .filter((id) => !listed.has(id));
  for (const id of await findMissing(ws, predecessors)) foreign.add(id); // nobody can say any more what it was

  const byAuthorship = spreadForeign({ commits, creations, foreign, marks: authorship });
  const isOpen = commits.some((commit) => isCopy(commit, creations) && !byAuthorship.has(commit.id));
  if (byAuthorship.size === 0 || !isOpen) return byAuthorship;

  // Authorship can be reset on the way, but the change stays. Dearer, so only for what is still open.
  const changes = commits.filter((commit) => commit.parents.length < 2).map((commit) => commit.id);
  const patches = await patchIds(ws, changes, (id) => creations.has(id));
  const patchOf = (commit: Commit): string[] =>
    patches === null ? ["unknown"] : (patches.get(commit.id) ?? []);
  const marks = (commit: Commit): string[] => [...authorship(commit), ...patchOf(commit)];
  return spreadForeign({ commits, creations, foreign: byAuthorship, marks });
}

/** All refs but the stash, whose commits are the user's own and are copied by popping them. */
async function otherRefs(ws: Workspace): Promise<string[]> {
  const answer = await git(ws.top, ["for-each-ref", "--format=%(objectname) %(refname)"]);
  const lines = answer.stdout.toString("latin1").split("\n");
  return lines.flatMap((line) =>
    / refs\/(?:stash|notes\/.*)$/.test(line) || line === "" ? [] : [line.split(" ")[0] ?? ""],
  );
}
