import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RepoPath, Workspace } from "../model.ts";
import type { IndexEntry } from "./work-tree.ts";

/**
 * Would a file that a commit brings stay out of this work tree, because its sparse checkout leaves the place out? For
 * cone patterns exactly; for others a file goes with those of its nearest folder that git knows.
 */
export function leftOutBy(ws: Workspace, entries: readonly IndexEntry[]): (path: RepoPath) => boolean {
  if (!entries.some((entry) => entry.skipped)) return () => false;
  const skipped = new Map(entries.map((entry) => [entry.path, entry.skipped]));
  const isLeftOut = coneRule(readPatterns(ws)) ?? neighbourRule(entries);
  return (path) => skipped.get(path) ?? isLeftOut(path);
}

function readPatterns(ws: Workspace): string[] {
  try {
    const text = readFileSync(join(ws.gitDir, "info", "sparse-checkout"), "utf8");
    return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  } catch {
    return [];
  }
}

/** Cone patterns, as git writes them: `/a/` takes all of a folder, with `!/a/` + `*` + `/` after it only its own files. */
function coneRule(patterns: readonly string[]): ((path: RepoPath) => boolean) | null {
  const whole = new Set<RepoPath>();
  const own = new Set<RepoPath>();
  for (const pattern of patterns) {
    const limited = /^!\/(?:(.+)\/)?\*\/$/.exec(pattern);
    const taken = pattern === "/*" ? "" : /^\/(.+)\/$/.exec(pattern)?.[1];
    if (limited) {
      const folder = unescape(limited[1] ?? "");
      if (whole.delete(folder)) own.add(folder);
    } else if (taken === undefined) return null;
    else whole.add(unescape(taken));
  }
  if (whole.size + own.size === 0) return null;
  return (path) => {
    const folder = path.slice(0, Math.max(path.lastIndexOf("/"), 0));
    return !own.has(folder) && ![folder, ...parents(folder)].some((one) => whole.has(one));
  };
}

function unescape(pattern: string): RepoPath {
  return pattern.replace(/\\(.)/g, "$1");
}

function neighbourRule(entries: readonly IndexEntry[]): (path: RepoPath) => boolean {
  const kept = new Map<RepoPath, boolean>();
  for (const { path, skipped } of entries) {
    for (const folder of parents(path)) {
      if (kept.get(folder) === true) break;
      kept.set(folder, !skipped);
    }
  }
  return (path) => {
    const nearest = parents(path).find((folder) => kept.has(folder));
    return nearest !== undefined && kept.get(nearest) === false;
  };
}

/** Folders above a path, nearest first, the top (`""`) last. */
function parents(path: RepoPath): RepoPath[] {
  const folders: RepoPath[] = [];
  for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
    folders.push(path.slice(0, at));
  return path === "" ? folders : [...folders, ""];
}
