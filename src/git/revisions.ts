/** Commits and their trees, for many questions: three long-lived git processes answer them all. Nothing is fetched. */
import type { TreeText } from "../closure/facts.ts";
import type { RepoPath } from "../model.ts";
import { splitNul } from "./git.ts";
import { openGitChild, type Take } from "./git-child.ts";
import { toBytes } from "./path-bytes.ts";
import { MAX_TEXT_BYTES } from "./work-tree-text.ts";
import { parseChanges, readRevision, type TreeChange } from "./revision-tree.ts";

export interface Revisions {
  /** Commit id of a revision as a person types it, or null. */
  resolve(revision: string): Promise<string | null>;
  /** What differs between two commits' trees; renames are a removal and an addition. Null when unreadable. */
  diff(from: string, to: string): Promise<TreeChange[] | null>;
  /** Files of a commit's tree; null when it cannot be read. */
  at(commit: string): Promise<TreeText | null>;
  /** Text behind a content id; null when it is no file, not here, or larger than 4 MiB. */
  text(id: string): Promise<string | null>;
  close(): void;
}

/** Trees that are kept: a history is asked for pairs whose ends mostly follow each other. */
const KEPT_TREES = 4;

/** @param places git pathspecs that `diff` is limited to; none: all changes. */
export function openRevisions(top: string, places: readonly string[] = []): Revisions {
  const checks = openGitChild(top, ["cat-file", "--batch-check"]);
  const blobs = openGitChild(top, ["cat-file", "--batch"]);
  const diffs = openGitChild(top, [
    "diff-tree",
    "--stdin",
    "-r",
    "-z",
    "--no-renames",
    "--raw",
    "--",
    ...places,
  ]);
  const trees = new Map<string, Promise<TreeText | null>>();

  const text = async (id: string): Promise<string | null> => {
    const oid = blobOf(id);
    if (oid === null) return null;
    const found = await checks.ask(`${oid}\n`, takeHeader);
    if (found?.kind !== "blob" || found.bytes > MAX_TEXT_BYTES) return null;
    return blobs.ask(`${oid}\n`, takeText);
  };
  const readTree = async (commit: string): Promise<TreeText | null> => {
    const ids = await readRevision(top, commit);
    if (ids === null) return null;
    const read = async (paths: readonly RepoPath[]): Promise<Map<RepoPath, string>> => {
      const found = await Promise.all(paths.map((path) => text(ids.get(path) ?? "")));
      return new Map(paths.flatMap((path, at) => ofText(path, found[at] ?? null)));
    };
    return { ids, read };
  };
  const object = (name: string): Promise<FoundObject | null> =>
    /[\n\0]/.test(name) ? Promise.resolve(null) : checks.ask(toBytes(`${name}\n`), takeHeader);
  return {
    async resolve(revision) {
      if (revision.startsWith("-")) return null;
      return (await object(`${revision}^{commit}`))?.oid ?? null;
    },
    async diff(from, to) {
      const [old, now] = await Promise.all([object(`${from}^{tree}`), object(`${to}^{tree}`)]);
      if (old === null || now === null) return null;
      return diffs.ask(`${old.oid} ${now.oid}\n${END}\n`, takeChanges);
    },
    at(commit) {
      const known = trees.get(commit) ?? readTree(commit);
      trees.delete(commit);
      trees.set(commit, known);
      for (const oldest of trees.keys()) if (trees.size > KEPT_TREES) trees.delete(oldest);
      return known;
    },
    text,
    close() {
      for (const child of [checks, blobs, diffs]) child.close();
    },
  };
}

interface FoundObject {
  readonly oid: string;
  readonly kind: string;
  readonly bytes: number;
}

/** `<oid> <type> <size>`; anything else (`missing`, `ambiguous`) is null. */
const takeHeader: Take<FoundObject | null> = (bytes) => {
  const end = bytes.indexOf(10);
  if (end === -1) return bytes.length + 1;
  const found = /^([0-9a-f]{40}|[0-9a-f]{64}) (\w+) (\d+)$/.exec(bytes.toString("latin1", 0, end));
  const [, oid = "", kind = "", size = ""] = found ?? [];
  return { value: found === null ? null : { oid, kind, bytes: Number(size) }, used: end + 1 };
};

const takeText: Take<string | null> = (bytes) => {
  const header = takeHeader(bytes);
  if (typeof header === "number") return header;
  if (header.value === null) return { value: null, used: header.used };
  const end = header.used + header.value.bytes;
  if (bytes.length < end + 1) return end + 1;
  return { value: bytes.toString("utf8", header.used, end), used: end + 1 };
};

/** A line that is no pair of ids comes back as it is: so the end of an answer is known. */
const END = ".";

/** The line `<from> <to>`, then records that begin with a colon, then END. */
const takeChanges: Take<TreeChange[]> = (bytes) => {
  let at = bytes.indexOf(10) + 1;
  if (at === 0) return bytes.length + 1;
  const first = at;
  while (bytes[at] === COLON) {
    const path = bytes.indexOf(0, at) + 1;
    const end = path === 0 ? 0 : bytes.indexOf(0, path) + 1;
    if (end === 0) return bytes.length + 1;
    at = end;
  }
  if (bytes.length < at + END.length + 1) return at + END.length + 1;
  return { value: parseChanges(splitNul(bytes.subarray(first, at))), used: at + END.length + 1 };
};

const COLON = 0x3a;

/** Object id of a file or link by its content id; null for a submodule's commit and for what is no id. */
function blobOf(id: string): string | null {
  return /^(?:link:)?([0-9a-f]{40}|[0-9a-f]{64})$/.exec(id)?.[1] ?? null;
}

function ofText(path: RepoPath, text: string | null): [RepoPath, string][] {
  return text === null ? [] : [[path, text]];
}
