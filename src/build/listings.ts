import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { listIgnored } from "../git/work-tree.ts";
import type { Interpreter, RepoPath, Workspace } from "../model.ts";
import { dropTemps } from "../store/move.ts";
import type { Journal } from "./journal.ts";
import { isLoadable } from "./loadable.ts";

/** Removes what a killed owner of this journal had not made ready. */
export function dropTempsOf(journal: Journal): void {
  dropTemps(
    [...journal.files, ...journal.folders].map((one) => dirname(one.path)),
    journal.owner.pid,
  );
}

/** Git-ignored files below these folders that Python could load. */
export async function listLoadable(ws: Workspace, folders: readonly RepoPath[]): Promise<RepoPath[]> {
  return (await listIgnored(ws, folders)).filter(isLoadable);
}

/** Entries of each site-packages folder, for telling later what a recipe added. */
export function listSites(interpreter: Interpreter | null): Record<string, string[]> {
  return Object.fromEntries((interpreter?.sitePackages ?? []).map((site) => [site, entriesOf(site)]));
}

/** Names in a folder; none where it cannot be read. */
export function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
