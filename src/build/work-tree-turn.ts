/**
 * One builder at a time in a work tree, and no look lost: whoever finds a builder leaves the look to it by a mark, and a
 * builder asks for the mark once more after it has let go of everything by which it is found.
 */
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { EXIT, failure } from "../report/failure.ts";
import { dropLeftovers } from "../store/leftovers.ts";
import { stateUnwritable } from "../store/state-file.ts";
import { tellFailure, type Run } from "./builder-run.ts";
import { leftToBuilder, treeHolderText } from "./holder.ts";
import { lockHolder, takeLock, type LockAnswer } from "./lock.ts";
import { worktreeLock } from "./lock-places.ts";
import { dropLookDue, lookDuePath, markLookDue } from "./look-due.ts";
import { isHere } from "./owner.ts";
import { recoverLocked } from "./recover.ts";
import { isBuildId } from "./request.ts";
import { dropOwner } from "./running.ts";

/** How often a lock is asked for that is held for moments only, ms. */
const ASK_AGAIN_MS = 20;

/** Acts with the work tree's lock, and once more for each look that fell due meanwhile. @returns the last exit code. */
export async function inTurn(run: Run, act: (round: number) => Promise<number>): Promise<number> {
  const { ws, request, canceller } = run;
  let exit: number | null = null;
  for (let round = 1; ;) {
    let answer: LockAnswer;
    try {
      answer = await takeTurn(run);
    } catch (error) {
      const unwritable = stateUnwritable(ws.stateDir, error);
      return unwritable.ok ? EXIT.failed : tellFailure(run, unwritable.failure);
    }
    if (answer.kind === "busy") return exit ?? tellBusyTree(run, answer); // that one finds the mark
    try {
      if (exit === null) {
        const recovered = await recoverLocked(ws);
        if (!recovered.ok) return tellFailure(run, recovered.failure);
        dropLeftovers(ws, Date.now());
      }
      do {
        dropLookDue(ws);
        exit = await act(round++);
      } while (!canceller.asked && existsSync(lookDuePath(ws)));
    } finally {
      dropOwner(ws, request.buildId);
      answer.lock.release();
    }
    if (canceller.asked || !existsSync(lookDuePath(ws))) return exit;
  }
}

/** An event's look is not lost when another builder was quicker: the mark comes before the lock is asked for again. */
async function takeTurn(run: Run): Promise<LockAnswer> {
  const first = await askForTurn(run);
  if (first.kind === "held" || run.request.trigger === "typed") return first;
  markLookDue(run.ws);
  return askForTurn(run);
}

/** What holds a lock for moments (a recovery, `undo`, another one that asks) is waited for; a builder is not. */
async function askForTurn({ ws, request, canceller }: Run): Promise<LockAnswer> {
  const folder = worktreeLock(ws);
  for (;;) {
    const answer = await takeLock(folder, request.buildId);
    if (answer.kind === "held" || canceller.asked) return answer;
    const holder = lockHolder(folder);
    if (holder !== null && isBuildId(holder.label)) return { kind: "busy", ...holder };
    if (!isHere((holder ?? answer).owner)) return { ...answer, ...holder }; // it may have died there: that can take hours
    await sleep(ASK_AGAIN_MS);
  }
}

function tellBusyTree(run: Run, answer: Extract<LockAnswer, { kind: "busy" }>): number {
  const { ws, request } = run;
  const running = { owner: answer.owner, buildId: answer.label };
  if (request.trigger !== "typed") {
    run.lines.push(leftToBuilder(ws, running));
    return EXIT.busy;
  }
  if (request.wait) return EXIT.busy; // the command waits, and then asks again
  const who = treeHolderText(ws, running);
  return tellFailure(run, failure("E401", `another build runs: ${who}.`, "rebuild-if-needed wait"));
}
