/** Pure: how being foreign passes from a commit to what git made of it here. */
import type { Commit } from "./commits.ts";
import type { Creation, Creations } from "./creation.ts";

export interface Spreading {
  readonly commits: readonly Commit[];
  readonly creations: Creations;
  /** Ids known to be foreign. */
  readonly foreign: ReadonlySet<string>;
  /** What a commit and its copies have in common: authorship, patch id. */
  readonly marks: (commit: Commit) => readonly string[];
}

/** Ids of all foreign commits: the known ones, what was amended from them, copies of either, and so on. */
export function spreadForeign({ commits, creations, foreign, marks }: Spreading): Set<string> {
  const found = new Set(foreign);
  const marked = new Set<string>();
  let open = commits;
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const commit of open) if (found.has(commit.id)) for (const mark of marks(commit)) marked.add(mark);
    open = open.filter((commit) => !found.has(commit.id) && creations.has(commit.id));
    for (const commit of open) {
      const isMarked = isCopy(commit, creations) && marks(commit).some((mark) => marked.has(mark));
      if (isMarked || replacedBy(commit, creations).some((id) => found.has(id))) found.add(commit.id);
    }
  }
  return found;
}

/** Git keeps author, author date and subject when it copies a commit, even through a conflict that changes the patch. */
export function authorship(commit: Commit): string[] {
  return [`${commit.author} ${commit.authoredAt} ${commit.subject}`];
}

export function isCopy(commit: Commit, creations: Creations): boolean {
  return creations.get(commit.id)?.some((one) => one.kind === "copy") ?? false;
}

/** An amended commit stands in its predecessor's place: that one is no parent of it. */
export function isReplacing(commit: Commit, { old }: Creation): boolean {
  return old !== null && !commit.parents.includes(old);
}

/** Commits that this one was amended from. */
export function replacedBy(commit: Commit, creations: Creations): string[] {
  const creationsHere = creations.get(commit.id) ?? [];
  return creationsHere.flatMap((one) => (one.old !== null && isReplacing(commit, one) ? [one.old] : []));
}
