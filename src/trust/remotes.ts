import { git, splitNul } from "../git/git.ts";
import { decodePath } from "../git/path-bytes.ts";
import type { Workspace } from "../model.ts";
import { parseRefspec, type Refspec } from "./refspec.ts";
import type { TrackingRef } from "./tracking-refs.ts";

/** The part of git's config that says where refs come from. */
export interface Remotes {
  /** Remotes that have a URL. */
  readonly names: readonly string[];
  readonly refspecs: readonly Refspec[];
  /** Local branch -> remote that it tracks. */
  readonly tracked: ReadonlyMap<string, string>;
}

/** @returns null when git cannot read its config. */
export async function readRemotes(ws: Workspace): Promise<Remotes | null> {
  const keys = "^(remote\\..*\\.(url|pushurl|fetch)|branch\\..*\\.remote)$";
  const answer = await git(ws.top, ["config", "-z", "--get-regexp", keys]);
  if (answer.code > 1) return null; // 1: no such key
  const names = new Set<string>();
  const refspecs: Refspec[] = [];
  const tracked = new Map<string, string>();
  for (const record of splitNul(answer.stdout)) {
    const [path = "", ...lines] = decodePath(record).split("\n"); // a key has no newline, a value may
    const [, section, name = "", key] = /^(remote|branch)\.(.*)\.([a-z]+)$/.exec(path) ?? [];
    const value = lines.join("\n");
    const refspec = key === "fetch" ? parseRefspec(name, value) : null;
    if (section === "branch") tracked.set(name, value);
    else if (refspec) refspecs.push(refspec);
    else if (key !== "fetch") names.add(name);
  }
  return { names: [...names], refspecs, tracked };
}

/** The remotes that are trusted where nobody said otherwise: the one that main tracks, `origin` and `upstream`. */
export function trustedByRule(remotes: Remotes, refs: readonly TrackingRef[]): string[] {
  const main = mainBranches(remotes, refs).find((name) => remotes.tracked.has(name));
  const wanted = ["origin", "upstream", main === undefined ? "" : remotes.tracked.get(main)];
  return remotes.names.filter((name) => wanted.includes(name));
}

/**
 * Names that the main branch may have, surest first. The default branch of just any remote does not count: a
 * stranger's remote could name a branch that was checked out from it.
 */
function mainBranches({ names }: Remotes, refs: readonly TrackingRef[]): string[] {
  const sole = names.length === 1 ? names : [];
  const defaults = ["origin", "upstream", ...sole].flatMap((remote) => {
    const prefix = `refs/remotes/${remote}/`;
    const target = refs.find((ref) => ref.name === `${prefix}HEAD`)?.symref;
    return target?.startsWith(prefix) ? [target.slice(prefix.length)] : [];
  });
  return [...defaults, "main", "master"];
}
