import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "../seeded.ts";
import type { Operation } from "./deeds.ts";
import { HISTORY, type Maker } from "./history-operations.ts";
import { type Stopped, stoppedOperation } from "./stopped-operations.ts";
import { TREE } from "./tree-operations.ts";
import type { Tree } from "./tree.ts";
import type { World } from "./world.ts";

const ALL: readonly (readonly [weight: number, Maker])[] = [...HISTORY, ...TREE];
const TOTAL = ALL.reduce((sum, [weight]) => sum + weight, 0);

/** Draws a work tree and what is done to it. Where git has stopped half-way, mostly something about that. */
export async function nextOperation(world: World, random: Random, step: number): Promise<[Tree, Operation]> {
  const [main, ...linked] = world.trees;
  const tree = linked.length > 0 && random.oneIn(8) ? random.pick(linked) : main;
  if (tree === undefined) throw new Error("there is no work tree");
  const choices = await world.choices(tree, random, step);
  if (choices.now.git.isStopped && !random.oneIn(4)) {
    return [tree, stoppedOperation(choices, stoppedIn(choices.now.git.gitDir))];
  }
  for (;;) {
    const operation = draw(random)(choices);
    if (operation !== null) return [tree, operation];
  }
}

function draw(random: Random): Maker {
  let left = random.below(TOTAL);
  const found = ALL.find(([weight]) => (left -= weight) < 0);
  if (found === undefined) throw new Error("the weights do not add up");
  return found[1];
}

const MARKS: readonly (readonly [string, Stopped])[] = [
  ["rebase-merge", "rebase"],
  ["rebase-apply/applying", "am"],
  ["rebase-apply", "rebase"],
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
  ["sequencer/todo", "cherry-pick"],
];

function stoppedIn(gitDir: string): Stopped {
  return MARKS.find(([file]) => existsSync(join(gitDir, file)))?.[1] ?? "none";
}
