/** Reads a repository by plain git: its commits, their trees and texts. Nothing of the product is used. */
import { spawn, spawnSync } from "node:child_process";

export interface Commit {
  readonly id: string;
  /** Committer time, in seconds. */
  readonly at: number;
}

/** First-parent commits of `range`, oldest first. */
export function firstParents(repo: string, range: string): Commit[] {
  const text = run(repo, ["log", "--first-parent", "--reverse", "--format=%H %ct", range]).toString("utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [id = "", at = "0"] = line.split(" ");
      return { id, at: Number(at) };
    });
}

/** path -> object id of a commit's files; a submodule's is its commit. */
export function treeOf(repo: string, commit: string): Map<string, string> {
  const tree = new Map<string, string>();
  const records = run(repo, ["ls-tree", "-r", "-z", "--full-tree", commit]).toString("latin1").split("\0");
  for (const record of records) {
    const tab = record.indexOf("\t");
    const [, , oid = ""] = record.slice(0, tab).split(" ");
    if (tab > 0) tree.set(record.slice(tab + 1), oid);
  }
  return tree;
}

export interface Change {
  readonly path: string;
  /** Null: gone. */
  readonly oid: string | null;
}

/** What differs between two commits' trees. */
export function changesBetween(repo: string, from: string, to: string): Change[] {
  const records = run(repo, ["diff-tree", "-r", "-z", "--no-renames", "--raw", from, to])
    .toString("latin1")
    .split("\0");
  const changes: Change[] = [];
  for (let at = 0; at + 1 < records.length; at += 2) {
    const [, newMode = "", , newOid = ""] = (records[at] ?? "").slice(1).split(" ");
    changes.push({ path: records[at + 1] ?? "", oid: newMode === "000000" ? null : newOid });
  }
  return changes;
}

function run(repo: string, args: readonly string[]): Buffer {
  const result = spawnSync("git", ["-C", repo, ...args], { maxBuffer: 1 << 30 });
  if (result.status !== 0) throw new Error(`git ${args.join(" ")}: ${result.stderr.toString("utf8")}`);
  return result.stdout;
}

export interface BlobReader {
  /** Text of a blob, "" for one that is not here. Kept: histories ask for the same blob again and again. */
  read(oid: string): Promise<string>;
  close(): void;
}

/** One `cat-file --batch` for a whole run. */
export function blobReader(repo: string): BlobReader {
  const child = spawn("git", ["-C", repo, "cat-file", "--batch"], { stdio: ["pipe", "pipe", "inherit"] });
  const texts = new Map<string, Promise<string>>();
  const waiting: ((text: string) => void)[] = [];
  let rest: Buffer = Buffer.alloc(0);
  child.stdout.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const end = rest.indexOf(10);
      if (end === -1) return;
      const size = / (\d+)$/.exec(rest.toString("latin1", 0, end))?.[1];
      const next = size === undefined ? end + 1 : end + 2 + Number(size);
      if (rest.length < next) return;
      waiting.shift()?.(size === undefined ? "" : rest.toString("utf8", end + 1, next - 1));
      rest = rest.subarray(next);
    }
  });
  return {
    read(oid) {
      const known = texts.get(oid);
      if (known !== undefined) return known;
      const text = new Promise<string>((resolve) => {
        waiting.push(resolve);
        child.stdin.write(`${oid}\n`);
      });
      texts.set(oid, text);
      return text;
    },
    close: () => child.stdin.end(),
  };
}
