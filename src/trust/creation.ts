import type { ReflogEntry } from "./reflog.ts";

/**
 * How a commit came into being in this clone. `own`: its content was given here. `copy`: git made it again from
 * another commit, so it is no more mine than that one was.
 */
export type CreationKind = "own" | "copy";

export interface Creation {
  readonly kind: CreationKind;
  /** Where the ref stood before: the parent, or the commit that was amended. */
  readonly old: string | null;
}

export type Creations = ReadonlyMap<string, readonly Creation[]>;

/** All creations that reflogs tell of, by commit id. `heads` are HEAD's logs: only there a rebase shows its steps. */
export function findCreations(
  heads: readonly (readonly ReflogEntry[])[],
  branches: readonly (readonly ReflogEntry[])[],
): Creations {
  const found = new Map<string, Creation[]>();
  for (const log of [...heads, ...branches]) {
    let isRebasing = false;
    for (const { old, id, message } of log) {
      isRebasing = staysInRebase(isRebasing, message);
      const kind = creationKind(message);
      if (kind === null) continue;
      // A conflicted pick that is concluded by `git commit` reads as a plain commit (git 2.39).
      const creation: Creation = { kind: isRebasing ? "copy" : kind, old };
      const known = found.get(id);
      if (known) known.push(creation);
      else found.set(id, [creation]);
    }
  }
  return found;
}

const STEP = "(?:pick|reword|edit|squash|fixup|continue|merge|revert)";

const OWN: readonly RegExp[] = [
  /^commit(?: \((?:initial|merge|amend)\))?: /,
  /^(?:merge|pull)\b.*: (?:Merge made by |In-index merge)/,
];

const COPY: readonly RegExp[] = [
  /^commit \((?:cherry-pick|rebase)\): /,
  /^(?:cherry-pick|revert|am): /,
  new RegExp(`^rebase(?: -\\S+)* \\(${STEP}\\): `), // git < 2.26 says `rebase -i (pick)`
  new RegExp(`^pull\\b.*? \\(${STEP}\\): `),
  // git < 2.26, and `--apply` after it: `rebase: <subject>`, `pull --rebase: <subject>`
  /^rebase: (?!checkout |aborting|updating )/,
  /^pull(?: \S+)* (?:--rebase(?:=\S+)?|-r)(?: (?!finished:)[^\s:(]+)*: (?!checkout |aborting|updating |storing |forced-update)/,
];

/** @returns null when git only moved the ref to a commit that was there before. */
export function creationKind(message: string): CreationKind | null {
  if (/^(?:cherry-pick|revert|rebase\b[^:]*|pull\b.*): fast-forward$/i.test(message)) return null;
  if (OWN.some((pattern) => pattern.test(message))) return "own";
  return COPY.some((pattern) => pattern.test(message)) ? "copy" : null;
}

function staysInRebase(isRebasing: boolean, message: string): boolean {
  if (/^(?:rebase|pull)\b.*\(start\): |^(?:rebase|pull)\b[^:]*: checkout /.test(message)) return true;
  if (
    /^(?:rebase|pull)\b[^:]* \((?:finish|abort)\): |^rebase finished|^rebase: aborting|^checkout: /.test(
      message,
    )
  ) {
    return false;
  }
  return isRebasing;
}
