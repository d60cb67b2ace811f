/**
 * Operations of git, edits, damaged outputs and swapped tools in random order, in a clone with our hooks and in a twin
 * without: no needed build is missed, none is needless, and git's exit codes are those of the twin.
 * `REBUILD_IF_NEEDED_STEPS` sets how many, `REBUILD_IF_NEEDED_SEED` repeats a run.
 */
import test from "node:test";
import { describe } from "../helpers/operations/deeds.ts";
import { createGround } from "../helpers/operations/ground.ts";
import { nextOperation } from "../helpers/operations/next-operation.ts";
import { createWorld } from "../helpers/operations/world.ts";
import { seeded, testSeed } from "../helpers/seeded.ts";

const STEPS = Number(process.env["REBUILD_IF_NEEDED_STEPS"] ?? 300);
const SEED = testSeed(787_534);
/** Steps in one pair of clones: a long life finds more, a short one is quicker to repeat. */
const LIFE = 150;

for (let first = 0; first < STEPS; first += LIFE) {
  const seed = SEED + first / LIFE;
  const steps = Math.min(LIFE, STEPS - first);
  test(`${steps} random operations (seed ${seed})`, async (t) => {
    t.diagnostic(`seed ${seed}: REBUILD_IF_NEEDED_SEED=${seed} REBUILD_IF_NEEDED_STEPS=${steps} repeats it`);
    const done: string[] = [];
    const ground = await createGround(t, { submodule: seed % 2 === 1 });
    const world = await createWorld(ground, seed);
    const random = seeded(seed);
    for (let step = 1; step <= steps; step++) {
      const [tree, operation] = await nextOperation(world, random, step);
      done.push(`${step}. ${tree === world.trees[0] ? "" : "(linked) "}${describe(operation)}`);
      try {
        await world.perform(tree, operation);
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        throw new Error(
          `step ${step}: ${text}\n\nAll steps:\n${done.join("\n")}\n\n` +
            `Repeat: REBUILD_IF_NEEDED_SEED=${seed} REBUILD_IF_NEEDED_STEPS=${step} ` +
            "node --enable-source-maps --test build/test/test/integration/random-operations.test.js",
          { cause: error },
        );
      }
    }
    const { commands, events, builds } = world.counts;
    t.diagnostic(`${commands} git commands, ${events} with a hook of ours, ${builds} builds`);
  });
}
