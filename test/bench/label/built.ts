/** States of a history from the project's own build system and compiler. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stateReader } from "./built-state.ts";
import { blobReader, firstParents, treeOf, type Change } from "./commits.ts";
import { canReuse } from "./reuse.ts";
import { planner, type Plan } from "./plan.ts";
import type { State } from "./state.ts";
import type { Step } from "./walk.ts";
import { workCopy } from "./work-copy.ts";

export interface BuiltOptions {
  readonly repo: string;
  readonly range: string;
  /** Interpreters with the build requirements of the range, newest first. */
  readonly pythons: readonly string[];
  /** A folder with files for submodules, at their paths; null: there are none, or they are not at hand. */
  readonly submodules: string | null;
  say(line: string): void;
}

/** A state for each first-parent commit of the range; null where nothing could be planned, which `say` is told. */
export async function walkBuilds(options: BuiltOptions): Promise<Step[]> {
  const scratch = mkdtempSync(join(tmpdir(), "rebuild-if-needed-label-"));
  const copy = workCopy(options.repo, join(scratch, "checkout"), options.submodules);
  const plans = planner(copy.folder, options.pythons, scratch, copy.clean);
  const blobs = blobReader(options.repo);
  const states = stateReader({ checkout: copy.folder, scratch, pythons: options.pythons, blobs });
  const steps: Step[] = [];
  let tree: ReadonlyMap<string, string> = new Map();
  let last: Built | null = null;
  let planned = 0;
  const visit = async (id: string, known: Built | null): Promise<Built | string> => {
    const before = tree;
    tree = treeOf(options.repo, id);
    const changes = copy.moveTo(id);
    // A new header may be found before the one that was read until now.
    if (changes?.some(({ path }) => HEADER.test(path) && !before.has(path)) === true) states.forget();
    if (known !== null && changes !== null && canReuse(known.plan, changes, before, tree)) {
      if (!touches(known.state, changes, before)) return known;
      const state = await states.read(known.plan, tree);
      return typeof state === "string" ? state : { plan: known.plan, state };
    }
    planned++;
    const plan = plans.plan();
    if (typeof plan === "string") return plan;
    const state = await states.read(plan, tree);
    return typeof state === "string" ? state : { plan, state };
  };
  try {
    for (const { id, at } of firstParents(options.repo, options.range)) {
      const built: Built | string = await visit(id, last);
      if (typeof built === "string") options.say(`${id.slice(0, 10)} left out: ${built}`);
      last = typeof built === "string" ? null : built;
      steps.push({ id, at, state: last?.state ?? null });
      if (steps.length % 20 === 0) options.say(`${steps.length} commits, ${planned} planned`);
    }
  } finally {
    blobs.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  return steps;
}

interface Built {
  readonly plan: Plan;
  readonly state: State;
}

const HEADER = /\.(h|hh|hpp|hxx|inl|inc|ipp|pxd|pxi)$/;

/** Can the state differ under the same plan? */
function touches(state: State, changes: readonly Change[], before: ReadonlyMap<string, string>): boolean {
  return changes.some(
    ({ path }) =>
      state.has(path) ||
      state.has(`submodule ${path}`) ||
      path === "pyproject.toml" ||
      (HEADER.test(path) && !before.has(path)),
  );
}
