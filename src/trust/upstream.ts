import type { Workspace } from "../model.ts";
import { ok, refuse, type Result } from "../report/failure.ts";
import { readGrants, readGrantsOrStartAnew, writeGrants } from "./grants.ts";
import { readReflog } from "./reflog.ts";
import { readRemotes, trustedByRule } from "./remotes.ts";
import { branchValues, isConfiguredBranch, readTrackingRefs } from "./tracking-refs.ts";

/** Where history that was reviewed elsewhere ends. */
export type Upstream =
  | { readonly kind: "no-remote" }
  | {
      readonly kind: "known";
      /** Commit ids of the branches of trusted remotes, as last fetched. */
      readonly tips: readonly string[];
      /** What the same branches were before, by their reflogs: some were rewritten by their owners since. */
      readonly past: readonly string[];
    };

/**
 * @param granted trusted remotes as noted; null: none were noted, the rule says.
 * @returns null when git cannot tell.
 */
export async function readUpstream(
  ws: Workspace,
  granted: readonly string[] | null,
): Promise<Upstream | null> {
  const [remotes, refs] = await Promise.all([readRemotes(ws), readTrackingRefs(ws)]);
  if (remotes === null || refs === null) return null;
  if (remotes.names.length === 0) return { kind: "no-remote" };
  const trusted = granted ?? trustedByRule(remotes, refs);
  const tips = new Set<string>();
  const past = new Set<string>();
  for (const ref of refs) {
    if (ref.symref !== "" || !isConfiguredBranch(ref.name, remotes.refspecs, trusted)) continue;
    const values = branchValues(ref, readReflog(ws, ref.name), trusted);
    if (values.present !== null) tips.add(values.present);
    for (const id of values.past) past.add(id);
  }
  return { kind: "known", tips: [...tips], past: [...past].filter((id) => !tips.has(id)) };
}

/** `init`: notes which remotes are trusted from now on. A remote that is added later is not. */
export async function recordRemotes(ws: Workspace): Promise<Result<readonly string[]>> {
  const grants = readGrantsOrStartAnew(ws);
  if (!grants.ok) return grants;
  const [remotes, refs] = await Promise.all([readRemotes(ws), readTrackingRefs(ws)]);
  if (remotes === null || refs === null) return unreadableRemotes();
  const wanted = [...trustedByRule(remotes, refs), ...(grants.value.remotes ?? [])];
  const names = remotes.names.filter((name) => wanted.includes(name));
  const written = writeGrants(ws, { ...grants.value, remotes: names });
  return written.ok ? ok(names) : written;
}

/** `allow --remote NAME`: branches of this remote are upstream from now on. */
export async function allowRemote(ws: Workspace, name: string): Promise<Result<readonly string[]>> {
  const grants = readGrants(ws);
  if (!grants.ok) return grants;
  const [remotes, refs] = await Promise.all([readRemotes(ws), readTrackingRefs(ws)]);
  if (remotes === null || refs === null) return unreadableRemotes();
  if (!remotes.names.includes(name)) {
    return refuse("E104", `there is no remote ${name} here. Nothing was changed.`, "git remote --verbose");
  }
  const names = [...new Set([...(grants.value.remotes ?? trustedByRule(remotes, refs)), name])];
  const written = writeGrants(ws, { ...grants.value, remotes: names });
  return written.ok ? ok(names) : written;
}

function unreadableRemotes<T>(): Result<T> {
  return refuse(
    "E306",
    "git cannot list the remotes of this clone. Nothing was changed.",
    "git remote --verbose",
  );
}
