import { setTimeout as sleep } from "node:timers/promises";
import type { Look } from "../run.ts";
import type { Run } from "./builder-run.ts";
import { environmentLock } from "./lock-places.ts";
import { type LockAnswer, takeLock } from "./lock.ts";

type EnvironmentAnswer =
  | { readonly kind: "held"; readonly waited: boolean; release(): void }
  | { readonly kind: "cancelled" }
  | Extract<LockAnswer, { kind: "busy" }>;

/** How often a builder asks whether another work tree is done with the environment, ms. */
const ASK_AGAIN_MS = 200;

/** Two work trees can share an environment: one builds into it, the other waits. What only restores in the tree need not. */
export async function lockEnvironment(run: Run, looked: Look): Promise<EnvironmentAnswer> {
  const prefix = looked.environment.interpreter?.prefix;
  const free: EnvironmentAnswer = { kind: "held", waited: false, release: () => {} };
  // What is verified where it is may turn out to need a rebuild.
  const mayBuild = looked.decision.extensions.some((one) => one.decision === "rebuild" || one.survives);
  if (prefix === undefined || !mayBuild) return free;
  for (let waited = false; ; waited = true) {
    if (run.canceller.asked) return { kind: "cancelled" };
    let answer: LockAnswer;
    try {
      answer = await takeLock(environmentLock(prefix), run.request.buildId);
    } catch {
      return free; // no place for the lock: better unlocked than not at all
    }
    if (answer.kind === "held") return { kind: "held", waited, release: answer.lock.release };
    if (!run.request.wait) return answer;
    if (!waited)
      run.log.note(`waiting for process ${answer.owner.pid}, which builds into the same environment`);
    await sleep(ASK_AGAIN_MS);
  }
}
