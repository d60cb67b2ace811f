import type { Workspace } from "../model.ts";
import { readGrants } from "./grants.ts";
import { readReflog } from "./reflog.ts";
import { readRemotes, trustedByRule, type Remotes } from "./remotes.ts";
import { branchValues, isConfiguredBranch, readTrackingRefs } from "./tracking-refs.ts";

/**
 * Commit of the main branch of the project itself, as last fetched: `upstream` before what our main tracks, because in
 * a fork `origin` is a person's own copy. Null: no trusted remote has one, or git cannot tell.
 */
export async function upstreamMain(ws: Workspace): Promise<string | null> {
  const grants = readGrants(ws);
  if (!grants.ok) return null;
  const [remotes, refs] = await Promise.all([readRemotes(ws), readTrackingRefs(ws)]);
  if (remotes === null || refs === null) return null;
  const trusted = grants.value.remotes ?? trustedByRule(remotes, refs);
  for (const remote of inOrder(remotes, trusted)) {
    const prefix = `refs/remotes/${remote}/`;
    const byServer = refs.find(({ name }) => name === `${prefix}HEAD`)?.symref ?? "";
    for (const wanted of [byServer, `${prefix}main`, `${prefix}master`]) {
      const ref = refs.find(({ name, symref }) => name === wanted && symref === "");
      if (ref === undefined || !isConfiguredBranch(ref.name, remotes.refspecs, trusted)) continue;
      const { present } = branchValues(ref, readReflog(ws, ref.name), trusted);
      if (present !== null) return present;
    }
  }
  return null;
}

function inOrder({ tracked }: Remotes, trusted: readonly string[]): string[] {
  const ofMain = [tracked.get("main"), tracked.get("master")].filter((name) => name !== undefined);
  return [...new Set(["upstream", ...ofMain, "origin", ...trusted])].filter((name) => trusted.includes(name));
}
