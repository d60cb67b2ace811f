/** How long a recipe still takes, by what this repository's own last build of each file took. Pure. */

/** What the last good build left: see `store/timings.ts`. */
export interface Past {
  /** Object -> how long its step took, ms. */
  readonly files: Readonly<Record<string, number>>;
  /** The recipe, from its start to its end, ms. */
  readonly recipeMs: number;
  /** What came after the recipe: verifying and observing again, ms. */
  readonly restMs: number;
}

export interface Now {
  /** Objects that were told. */
  readonly told: Iterable<string>;
  readonly done: number;
  readonly total?: number;
  /** Since the recipe began, ms. */
  readonly elapsedMs: number;
}

/** The part of the last build's time for which its speed outweighs what was measured so far. */
const PRIOR = 0.15;

/**
 * Work that is left, over the speed at which work was done so far: this holds the number of jobs and how busy the machine
 * is. Both are in the last build's ms. @returns ms, or undefined where nothing is known.
 */
export function timeLeftMs(past: Past, now: Now): number | undefined {
  const times = Object.values(past.files);
  const all = sum(times);
  if (all <= 0 || past.recipeMs <= 0) return undefined;
  const doneMs = sum([...now.told].map((object) => past.files[object] ?? 0));
  const mean = all / times.length;
  // A build of fewer steps than are known (an incremental one) does not do the rest of them.
  const counted = now.total === undefined ? Infinity : Math.max(0, now.total - now.done) * mean;
  const isWhole = now.total === undefined || now.total >= times.length * 0.9;
  const leftMs = isWhole ? Math.max(0, all - doneMs) : counted;
  const priorMs = past.recipeMs * PRIOR;
  const speed = (doneMs + priorMs * (all / past.recipeMs)) / (now.elapsedMs + priorMs);
  return leftMs / speed + past.restMs;
}

/**
 * A time left that goes down as the clock goes and takes a new estimate up by and by, so that nobody sees it jump.
 * @param before what was told last, and how long ago, ms.
 */
export function steady(
  before: { readonly leftMs: number; readonly agoMs: number } | null,
  estimateMs: number,
): number {
  if (before === null) return Math.max(0, estimateMs);
  const expected = Math.max(0, before.leftMs - before.agoMs);
  const withinMs = Math.min(10_000, Math.max(1000, estimateMs / 5)); // near the end it is right sooner
  const weight = Math.min(1, before.agoMs / withinMs);
  return Math.max(0, expected + (estimateMs - expected) * weight);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
