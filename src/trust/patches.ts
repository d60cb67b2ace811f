import { git, splitNul } from "../git/git.ts";
import type { Workspace } from "../model.ts";

/** Plain diffs, whatever the user's or the tree's settings say about drivers, renames and prefixes. */
const DIFF_TREE = ["--no-replace-objects", "diff-tree", "--stdin", "--root", "-r", "--no-renames"];
const PATCH = ["-p", "--no-ext-diff", "--no-textconv", "--full-index", "--diff-algorithm=myers"];

/** Commits whose whole diffs are held in memory at a time. */
const BATCH = 64;

/**
 * Patch ids of commits, for finding those that make the same change as one for which `isSought` holds.
 * A commit that touches other paths than all sought ones is left out.
 * @returns null when git cannot tell.
 */
export async function patchIds(
  ws: Workspace,
  ids: readonly string[],
  isSought: (id: string) => boolean,
): Promise<Map<string, string[]> | null> {
  const groups = await groupByPaths(ws, ids);
  if (groups === null) return null;
  const alike = groups.filter((group) => group.length > 1 && group.some(isSought)).flat();
  const found = new Map<string, string[]>();
  for (let at = 0; at < alike.length; at += BATCH) {
    const input = lines(alike.slice(at, at + BATCH));
    const diffs = await git(ws.top, [...DIFF_TREE, ...PATCH], input);
    const answer = await git(ws.top, ["patch-id", "--stable"], diffs.stdout);
    if (diffs.code !== 0 || answer.code !== 0) return null;
    for (const line of answer.stdout.toString("latin1").split("\n")) {
      const [patch, id] = line.split(" ");
      if (patch && id) found.set(id, [patch]);
    }
  }
  return found;
}

/** Listing paths costs a fraction of a diff, and few commits touch the same ones. */
async function groupByPaths(ws: Workspace, ids: readonly string[]): Promise<string[][] | null> {
  const answer = await git(ws.top, [...DIFF_TREE, "--raw", "-z"], lines(ids));
  if (answer.code !== 0) return null;
  const byPaths = new Map<string, string[]>();
  for (const { id, paths } of parseRaw(splitNul(answer.stdout))) {
    const key = paths.join("\0");
    const same = byPaths.get(key);
    if (same) same.push(id);
    else byPaths.set(key, [id]);
  }
  return [...byPaths.values()];
}

/** Records are `<commit>`, then `:<modes and ids>` and `<path>` for each path it touches. */
function parseRaw(records: readonly Buffer[]): { id: string; paths: string[] }[] {
  const commits: { id: string; paths: string[] }[] = [];
  for (let at = 0; at < records.length; at += 1) {
    const text = records[at]?.toString("latin1") ?? "";
    if (text.startsWith(":")) commits.at(-1)?.paths.push(records[++at]?.toString("latin1") ?? "");
    else commits.push({ id: text, paths: [] });
  }
  return commits;
}

function lines(ids: readonly string[]): string {
  return ids.map((id) => `${id}\n`).join("");
}
