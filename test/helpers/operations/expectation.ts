/** What must come of a state that git has left: by the rules of docs/how-it-decides.md, from the truth and nothing else. */
import type { Verdict } from "../../../src/model.ts";
import type { Glance, Tree } from "./tree.ts";

export interface Expectation {
  /** What `check` must say afterwards. */
  readonly verdict: Verdict;
  /** `truth`: outputs are brought right. `left`: nobody touches what git has left. */
  readonly outputs: "truth" | "left";
  /** Least and most often that the recipe is started. */
  readonly starts: readonly [number, number];
  /** A build fails, which events must not try again. */
  readonly fails: boolean;
  /** Something is to be told: all but "fresh". */
  readonly isTold: boolean;
}

/** Who could act: a hook, a person at the command, or nobody because git has run no hook. */
export type Actor = "event" | "person" | "nobody";

export function expectationOf(tree: Tree, now: Glance, actor: Actor): Expectation {
  const left = (verdict: Verdict, isTold = true): Expectation => ({
    verdict,
    outputs: "left",
    starts: [0, 0],
    fails: false,
    isTold,
  });
  if (now.git.lags) return left("blocked");
  if (now.isRight) return left("fresh", false);
  const mayAct = actor === "person" || (actor === "event" && tree.builtWith !== null);
  if (!mayAct) return left(now.isKept ? "restore" : now.git.isStopped ? "blocked" : "rebuild");
  if (now.isKept) return { ...left("fresh"), outputs: "truth" };
  if (now.git.isStopped) return left("blocked");
  const failed = actor === "person" ? undefined : tree.failed.get(now.key);
  if (failed === "yes") return left("rebuild");
  if (now.truth.fails) {
    // Which outputs git tracks is no part of a fingerprint: a source that failed with others is not tried again.
    const mayHaveFailed = [...tree.failed.keys()].some((key) => key.endsWith(`\n${now.truth.text}`));
    return { ...left("rebuild"), starts: [actor !== "person" && mayHaveFailed ? 0 : 1, 1], fails: true };
  }
  return { ...left("fresh"), outputs: "truth", starts: [1, 1] };
}
