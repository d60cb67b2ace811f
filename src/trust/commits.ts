import { git, splitNul } from "../git/git.ts";
import type { Workspace } from "../model.ts";

export interface Commit {
  readonly id: string;
  readonly parents: readonly string[];
  /** `Name <e-mail>`, for people. Anyone can write anything here: never a ground for trust. */
  readonly author: string;
  readonly authoredAt: string;
  readonly subject: string;
}

export interface Range {
  /** Revisions whose history is listed. */
  readonly from: readonly string[];
  /** Commit ids whose history is left out. */
  readonly except: readonly string[];
  /** True: an id that names no object any more (an old reflog entry) is passed over. */
  readonly passOverMissing?: boolean;
}

/** Commits of a range, newest first; null when git cannot tell. Replaced objects are seen as they really are. */
export async function listCommits(ws: Workspace, range: Range): Promise<Commit[] | null> {
  const format = "--format=%P%x00%an <%ae>%x00%at%x00%s%x00";
  const missing = range.passOverMissing ? ["--ignore-missing"] : [];
  const lines = [...range.from, ...range.except.map((id) => `^${id}`)];
  const answer = await git(
    ws.top,
    ["--no-replace-objects", "rev-list", "--encoding=UTF-8", ...missing, format, "--stdin"],
    lines.map((line) => `${line}\n`).join(""),
  );
  return answer.code === 0 ? parseCommits(splitNul(answer.stdout)) : null;
}

/** Ids among `ids` that name no object in this clone. */
export async function findMissing(ws: Workspace, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const answer = await git(ws.top, ["cat-file", "--batch-check"], ids.map((id) => `${id}\n`).join(""));
  const lines = answer.stdout.toString("latin1").split("\n");
  return new Set(ids.filter((_, at) => answer.code !== 0 || !/^[0-9a-f]+ commit /.test(lines[at] ?? "")));
}

/** rev-list puts `commit <id>` on a line of its own before each record. */
function parseCommits(fields: readonly Buffer[]): Commit[] {
  const commits: Commit[] = [];
  const text = (at: number): string => fields[at]?.toString("utf8") ?? "";
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [, id = "", parents = ""] = /^\n?commit ([0-9a-f]+)\n([^]*)$/.exec(text(at)) ?? [];
    commits.push({
      id,
      parents: parents === "" ? [] : parents.split(" "),
      author: text(at + 1),
      authoredAt: text(at + 2),
      subject: text(at + 3),
    });
  }
  return commits;
}
