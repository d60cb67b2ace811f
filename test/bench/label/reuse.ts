import { dirname } from "node:path";
import type { Change } from "./commits.ts";
import type { Plan } from "./plan.ts";

/**
 * A plan holds for the next commit only when the build system opened nothing that it changed, asked for nothing that
 * came or went, and listed no folder whose entries it changed.
 */
export function canReuse(
  plan: Pick<Plan, "opened" | "asked" | "listed">,
  changes: readonly Change[],
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): boolean {
  const folders = new Set([...before.keys()].flatMap(foldersAbove));
  return changes.every(({ path }) => {
    if (plan.opened.has(path)) return false;
    if (before.has(path) && now.has(path)) return true;
    const nearest = foldersAbove(path).find((folder) => folders.has(folder)) ?? "";
    return !plan.asked.has(path) && !plan.listed.has(nearest);
  });
}

/** Folders above a path, nearest first; the last is "". */
export function foldersAbove(path: string): string[] {
  const found: string[] = [];
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) found.push(folder);
  return [...found, ""];
}
