import { setTimeout as sleep } from "node:timers/promises";
import type { Look } from "../run.ts";
import type { Run } from "./builder-run.ts";
import { environmentHolderText, noteHolder } from "./holder.ts";
import { environmentLock } from "./lock-places.ts";
import { lockHolder, takeLock } from "./lock.ts";

type EnvironmentAnswer =
  | { readonly kind: "held"; readonly waited: boolean; readonly release: () => void }
  | { readonly kind: "cancelled" }
  /** For people: who holds it. */
  | { readonly kind: "busy"; readonly who: string };

/** How often a builder asks whether another work tree is done with the environment, ms. */
const ASK_AGAIN_MS = 200;

/** Two work trees can share an environment: one builds into it, the other waits. What only restores in the tree need not. */
export async function lockEnvironment(run: Run, looked: Look): Promise<EnvironmentAnswer> {
  const prefix = looked.environment.interpreter?.prefix;
  const free: EnvironmentAnswer = { kind: "held", waited: false, release: () => {} };
  // What is verified where it is may turn out to need a rebuild.
  const mayBuild = looked.decision.extensions.some((one) => one.decision === "rebuild" || one.survives);
  if (prefix === undefined || !mayBuild) return free;
  const folder = environmentLock(prefix);
  for (let waited = false; ; waited = true) {
    if (run.canceller.asked) return { kind: "cancelled" };
    const answer = await take(folder, run);
    if (answer === null) return free; // no place for the lock: better unlocked than not at all
    if (answer.kind === "held") return { kind: "held", waited, release: answer.release };
    if (!run.request.wait) return answer;
    if (!waited) run.log.note(`waiting for the build into the same environment: ${answer.who}`);
    await sleep(ASK_AGAIN_MS);
  }
}

async function take(
  folder: string,
  { ws, request }: Run,
): Promise<{ kind: "held"; readonly release: () => void } | { kind: "busy"; who: string } | null> {
  try {
    const answer = await takeLock(folder, request.buildId);
    // One that asks as well may be the answer; who holds it says more.
    if (answer.kind === "busy")
      return { kind: "busy", who: environmentHolderText(folder, lockHolder(folder) ?? answer) };
    const forget = noteHolder(folder, request.buildId, request.trigger, ws.top);
    const release = (): void => {
      forget();
      answer.lock.release();
    };
    return { kind: "held", release };
  } catch {
    return null;
  }
}
