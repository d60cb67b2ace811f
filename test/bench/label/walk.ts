import type { Label, Pair } from "../pairs.ts";
import { compareStates, type State } from "./state.ts";

export interface Step {
  /** Commit id. */
  readonly id: string;
  /** Committer time, in seconds. */
  readonly at: number;
  /** Null: no build could be planned there; its pairs are left out. */
  readonly state: State | null;
}

export interface Walk {
  readonly pairs: readonly Pair[];
  /** Pairs of neighbours that could not be labelled. */
  readonly leftOut: number;
}

const DAY = 86_400;

/** Every commit against the one before it, then the last of each day and of each week against the one before. */
export function pairsOf(steps: readonly Step[]): Walk {
  const commits = chain("commit", steps);
  const pairs = [
    ...commits,
    ...chain("day", lastOfEach(steps, DAY)),
    ...chain("week", lastOfEach(steps, 7 * DAY)),
  ];
  return { pairs, leftOut: steps.length - 1 - commits.length };
}

function chain(span: string, steps: readonly Step[]): Pair[] {
  const pairs: Pair[] = [];
  steps.forEach((step, at) => {
    const before = steps[at - 1];
    if (before === undefined || before.state === null || step.state === null) return;
    const verdict: { label: Label; why: string } = compareStates(before.state, step.state);
    pairs.push({ from: before.id, to: step.id, span, ...verdict });
  });
  return pairs;
}

/** Committer times of a first-parent history may go back by a little: the last one in order stands for its period. */
function lastOfEach(steps: readonly Step[], seconds: number): Step[] {
  const last = new Map<number, Step>();
  for (const step of steps) {
    if (step.state !== null) last.set(Math.floor(step.at / seconds), step);
  }
  const chosen = new Set(last.values());
  return steps.filter((step) => chosen.has(step));
}
