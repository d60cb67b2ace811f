/** One extension, from the doctor to the commit point. Everything is as before unless the last line is reached. */
import { combine, decide } from "../decide.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import { type Failure, type Result, assertNever, err, ok, refuse } from "../report/failure.ts";
import { stoppedFailure } from "../report/stopped.ts";
import { foreignReasons } from "../run.ts";
import { type Attempt, type Moved, attempt } from "./attempt.ts";
import { examine } from "./examine.ts";
import { notMoved, withKept, withoutLost, withoutPrevious } from "./failed-build.ts";
import { finishedSteps, spoilHalfBuilt } from "./half-built.ts";
import type { Journal } from "./journal.ts";
import { type Planned, start } from "./prepare.ts";
import type { RebuildRequest, Rebuilt } from "./rebuild-request.ts";
import { rollBack } from "./roll-back.ts";
import { commit } from "./transaction.ts";

/** A build whose inputs moved is tried once more; if they move again, it stops and names the file (E203). */
const TRIES = 2;

/** What became of one transaction. Unless it was built, all is as it was before. */
type Outcome =
  | { readonly kind: "built"; readonly rebuilt: Rebuilt }
  | { readonly kind: "failed"; readonly failure: Failure; readonly isResumed: boolean }
  | Moved;

/** Builds one extension at one level. Failures: E201 to E205, E209, E302 to E304; then all is as before. */
export async function rebuild(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
): Promise<Result<Rebuilt>> {
  let [all, one, wish] = [observed, part, request];
  for (let tries = 1; ;) {
    const outcome = await build(all, one, wish);
    switch (outcome.kind) {
      case "built":
        return ok(outcome.rebuilt);
      case "failed":
        if (!outcome.isResumed || !isOfWhatWasMade(outcome.failure)) return err(outcome.failure);
        request.log.note(`the resumed build was not good (${outcome.failure.code}): building from nothing`);
        wish = { ...request, fromNothing: true };
        break;
      case "moved": {
        if (tries === TRIES) return movedTwice(outcome.path);
        const stopped = await stopsNow(outcome.now, outcome.part);
        if (stopped !== null) return err(stopped);
        request.log.note(
          `${outcome.path} moved during the build (tree-moved-during-build): building once more`,
        );
        tries++;
        [all, one] = [outcome.now, outcome.part]; // other files may be tracked, another recipe configured
        break;
      }
      default:
        return assertNever(outcome);
    }
  }
}

function movedTwice<T>(path: string): Result<T> {
  const message = `${path} moved during the build, twice. Your previous build is untouched.`;
  const next = `if the recipe writes it: git-ignore it, or leave it out by inputs = [..., "!${path}"]; then: rebuild-if-needed`;
  return refuse("E203", message, next);
}

/** The recipe had nothing against it, but what it left is not good. */
function isOfWhatWasMade({ code }: Failure): boolean {
  return code === "E202" || code === "E204";
}

/** One transaction, from the doctor to the commit point or back. */
async function build(observed: Observed, part: ObservedExtension, request: RebuildRequest): Promise<Outcome> {
  const { ws } = observed;
  const healthy = await examine(observed, part, request.log);
  if (!healthy.ok) return { kind: "failed", failure: healthy.failure, isResumed: false };
  try {
    const { transaction, planned } = await start(observed, part, request);
    const { journal } = transaction;
    try {
      const attempted = await attempt(observed, part, request, transaction, planned);
      if (attempted.kind === "good") {
        const { baseline, warnings } = attempted;
        const moved = commit(ws, transaction, baseline, true);
        return { kind: "built", rebuilt: { baseline, warnings, moved } };
      }
      request.log.stage("roll back");
      const steps = keepHalfBuilt(attempted, journal, planned, request);
      const hadNone = planned.outputs.length === 0;
      for (const file of await rollBack(ws, journal)) {
        request.log.note(`moved aside: ${file.path} -> ${file.keptAt} (${file.why})`);
      }
      if (attempted.kind === "moved") return attempted;
      const { failure } = attempted;
      const told = withKept(hadNone ? withoutPrevious(failure) : withoutLost(observed, part, failure), steps);
      return { kind: "failed", failure: told, isResumed: planned.halfBuilt !== null };
    } catch (error) {
      await rollBack(ws, journal);
      throw error;
    } finally {
      planned.asking.stop();
    }
  } catch (error) {
    return { kind: "failed", failure: notMoved(ws, error), isResumed: false };
  }
}

/**
 * What a recipe made until it failed or was stopped can be resumed, unless it got no further than the one before.
 * @returns how many steps are kept.
 */
function keepHalfBuilt(
  attempted: Exclude<Attempt, { kind: "good" }>,
  journal: Journal,
  { halfBuilt }: Planned,
  { log }: RebuildRequest,
): number {
  const code = attempted.kind === "moved" ? "moved" : attempted.failure.code;
  const steps = journal.folders.reduce((sum, folder) => sum + finishedSteps(folder.path), 0);
  if (code === "E209") return steps;
  if (code === "E201") {
    if (halfBuilt === null || steps > halfBuilt.steps) return steps;
    log.note("it got no further: the next build starts from nothing");
  }
  spoilHalfBuilt(journal);
  return 0;
}

/** What the tree has become may be a stranger's, or not to be built now: nothing of it is run then. */
async function stopsNow(observed: Observed, now: ObservedExtension): Promise<Failure | null> {
  const foreign = await foreignReasons(observed.ws);
  if (!foreign.ok) return foreign.failure;
  const { strategy } = observed.config;
  const observation = { ...now.observation, foreign: foreign.value };
  const decided = decide(now.extension.name, now.known, observation, { strategy, force: true });
  const isStopped = decided.decision === "held" || decided.decision === "blocked";
  return isStopped ? stoppedFailure(combine([decided])) : null;
}
