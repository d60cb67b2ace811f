import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { listIgnored } from "../git/work-tree.ts";
import type { Interpreter, RepoPath, Workspace } from "../model.ts";
import { dropTemps } from "../store/move.ts";
import type { Journal } from "./journal.ts";
import { isLoadable } from "./loadable.ts";

export function dropTempsOf(journal: Journal): void {
  dropTemps(
    [...journal.files, ...journal.folders].map((one) => dirname(one.path)),
    journal.owner.pid,
  );
}

export async function listLoadable(ws: Workspace, folders: readonly RepoPath[]): Promise<RepoPath[]> {
  return (await listIgnored(ws, folders)).filter(isLoadable);
}

export function listSites(interpreter: Interpreter | null): Record<string, string[]> {
  return Object.fromEntries((interpreter?.sitePackages ?? []).map((site) => [site, entriesOf(site)]));
}

export function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
