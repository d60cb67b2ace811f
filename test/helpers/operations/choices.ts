/** What there is to choose from: read of the twin, so that a run depends on its seed and on git alone. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../seeded.ts";
import type { Ground } from "./ground.ts";
import type { Glance, Tree } from "./tree.ts";

export interface Choices {
  readonly random: Random;
  readonly now: Glance;
  readonly branches: readonly string[];
  /** Newest first, of all branches. */
  readonly commits: readonly string[];
  /** Entries of the stash. */
  readonly stashes: number;
  readonly isSparse: boolean;
  readonly hasSubmodule: boolean;
  readonly libraryCommits: readonly string[];
  /** Native files that are there. */
  readonly sources: readonly string[];
  readonly isLinked: boolean;
  readonly mayLink: boolean;
  /** Number of this step: for names and texts that were not there before. */
  readonly step: number;
}

export async function choicesIn(
  ground: Ground,
  tree: Tree,
  now: Glance,
  random: Random,
  step: number,
): Promise<Choices> {
  const [refs, commits] = await Promise.all([
    ground.box.git(tree.twin, "for-each-ref", "--format=%(refname:short)", "refs/heads"),
    ground.box.git(tree.twin, "rev-list", "--branches", "--remotes", "--min-parents=1", "--max-count=40"),
  ]);
  const stashLog = join(ground.twin, ".git", "logs", "refs", "stash");
  const sources = [...now.truth.text.matchAll(/^== (.*)$/gm)].map(([, path = ""]) => path);
  return {
    random,
    now,
    branches: refs.split("\n"),
    commits: commits.split("\n"),
    stashes: existsSync(stashLog) ? readFileSync(stashLog, "utf8").split("\n").length - 1 : 0,
    isSparse: existsSync(join(now.git.gitDir, "info", "sparse-checkout")),
    hasSubmodule: ground.libraryCommits.length > 0,
    libraryCommits: ground.libraryCommits,
    sources: sources.filter((path) => !path.startsWith("csrc/sub/")),
    isLinked: tree.twin !== ground.twin,
    mayLink: !existsSync(ground.box.path("twin-linked")),
    step,
  };
}

const WORDS = ["one", "two", "three", "four", "five"] as const;

/** A text of few, so that states come again; now and then one that nobody had, or one that does not build. */
export function someText({ random, step }: Choices): string {
  if (random.oneIn(14)) return `broken ${random.pick(WORDS)}\n`;
  return random.oneIn(5) ? newText(step) : `${random.pick(WORDS)}\n`;
}

export function newText(step: number): string {
  return `new in step ${step}\n`;
}

export function someSource({ random, sources }: Choices): string {
  return sources.length === 0 ? "csrc/a.txt" : random.pick(sources);
}
