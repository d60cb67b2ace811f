/** One extension, from the doctor to the commit point. Everything is as before unless the last line is reached. */
import { combine, decide } from "../decide.ts";
import { alsoRead } from "../fingerprint/inputs-now.ts";
import { outputPath } from "../fingerprint/output-path.ts";
import { readOutputs } from "../fingerprint/outputs.ts";
import { showPath } from "../git/path-bytes.ts";
import type { Baseline, InputTimes } from "../model.ts";
import { type Observed, type ObservedExtension, observe } from "../observe.ts";
import { type Failure, type Result, err, ok, refuse } from "../report/failure.ts";
import { stoppedFailure } from "../report/stopped.ts";
import { foreignReasons } from "../run.ts";
import { stateUnwritable } from "../store/state-file.ts";
import { examine } from "./examine.ts";
import { cancelled, withoutLost, withoutPrevious } from "./failed-build.ts";
import { trackedOutputs } from "./find-outputs.ts";
import { finishedSteps, noteEnded, noteHalfBuilt, spoilHalfBuilt } from "./half-built.ts";
import { type Planned, buildFiles, buildOf, start } from "./prepare.ts";
import { make } from "./make.ts";
import type { Journal } from "./journal.ts";
import { movedSince, stampAll } from "./input-stamps.ts";
import type { RebuildRequest, Rebuilt } from "./rebuild-request.ts";
import { survivalFacts } from "./keep-present.ts";
import { rollBack } from "./roll-back.ts";
import { type Transaction, commit } from "./transaction.ts";

/** A build whose inputs moved is tried once more; if they move again, it stops and names the file (E203). */
const TRIES = 2;

/** Builds one extension at one level. Failures: E201 to E205, E209, E302 to E304; then all is as before. */
export async function rebuild(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
): Promise<Result<Rebuilt>> {
  let isResumed = false;
  const onResume = (): void => {
    isResumed = true;
  };
  const built = await build(observed, part, request, onResume);
  if (built.ok || !isResumed || !isOfWhatWasMade(built.failure)) return built;
  request.log.note(`the resumed build was not good (${built.failure.code}): building from nothing`);
  return build(observed, part, { ...request, fromNothing: true }, onResume);
}

/** The recipe had nothing against it, but what it left is not good. */
function isOfWhatWasMade({ code }: Failure): boolean {
  return code === "E202" || code === "E204";
}

async function build(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
  onResume: () => void,
): Promise<Result<Rebuilt>> {
  const { ws } = observed;
  const healthy = await examine(observed, part, request.log);
  if (!healthy.ok) return healthy;
  try {
    const { transaction, planned } = await start(observed, part, request);
    const { journal } = transaction;
    if (planned.halfBuilt !== null) onResume();
    try {
      const built = await attempt(observed, part, request, transaction, planned);
      if (built.ok) {
        const moved = commit(ws, transaction, built.value.baseline, true);
        return ok({ ...built.value, moved });
      }
      request.log.stage("roll back");
      if (!mayBeResumed(built.failure, journal, planned)) {
        if (built.failure.code === "E201")
          request.log.note("it got no further: the next build starts from nothing");
        spoilHalfBuilt(journal);
      }
      const hadNone = planned.outputs.length === 0;
      for (const file of await rollBack(ws, journal)) {
        request.log.note(`moved aside: ${file.path} -> ${file.keptAt} (${file.why})`);
      }
      return hadNone ? withoutPrevious(built) : withoutLost(observed, part, built);
    } catch (error) {
      await rollBack(ws, journal);
      throw error;
    } finally {
      planned.asking.stop();
    }
  } catch (error) {
    return stateUnwritable(ws.stateDir, error);
  }
}

/** What a recipe made until it failed or was stopped is good to go on with, unless it has got no further in it than before. */
function mayBeResumed({ code }: Failure, journal: Journal, { halfBuilt }: Planned): boolean {
  if (code === "E209") return true;
  if (code !== "E201") return false;
  const steps = journal.folders.reduce((sum, folder) => sum + finishedSteps(folder.path), 0);
  return halfBuilt === null || steps > halfBuilt.steps;
}

async function attempt(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
  transaction: Transaction,
  planned: Planned,
): Promise<Result<Omit<Rebuilt, "moved">>> {
  let present = part;
  for (let tries = 1; ; tries++) {
    request.onTry(present.observation.fingerprint.hash);
    const stamps = await stampAll(observed.ws, present);
    if (tries === 1) noteHalfBuilt(transaction.journal, buildOf(observed, present, stamps));
    else spoilHalfBuilt(transaction.journal); // two states went into it
    const made = await make(observed, present, request, transaction, planned);
    if (request.canceller.asked) return cancelled(); // whatever else was made of it: a probe that was stopped has failed
    request.log.stage("observe again");
    const again = await observeAgain(observed, present, request);
    if (request.canceller.asked) return cancelled();
    if (!again.ok) return made.ok ? again : made;
    const movedPath = await movedSince(observed.ws, stamps, again.value);
    if (
      movedPath === null &&
      again.value.observation.fingerprint.hash === present.observation.fingerprint.hash
    ) {
      if (!made.ok) {
        noteEnded(transaction.journal);
        return made;
      }
      const { outputs, warnings } = made.value;
      return ok({ baseline: await makeBaseline(observed, again.value, request, planned, outputs), warnings });
    }
    const name = showPath(movedPath ?? firstChanged(present, again.value) ?? "the toolchain");
    if (tries === TRIES) {
      const message = `${name} moved during the build, twice. Your previous build is untouched.`;
      const next = `if the recipe writes it: git-ignore it, or leave it out by inputs = [..., "!${name}"]; then: rebuild-if-needed`;
      return refuse("E203", message, next);
    }
    const stopped = await stopsNow(observed, again.value);
    if (stopped !== null) return err(stopped);
    request.log.note(`${name} moved during the build (tree-moved-during-build): building once more`);
    present = again.value;
  }
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

/** An input that changed between the look and the start of the recipe: no stamp tells of it. */
function firstChanged(before: ObservedExtension, after: ObservedExtension): string | undefined {
  const { inputs: old } = before.observation.fingerprint;
  const { inputs: now } = after.observation.fingerprint;
  return Object.keys({ ...old, ...now }).find((path) => old[path] !== now[path]);
}

async function observeAgain(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
): Promise<Result<ObservedExtension>> {
  const again = await observe(observed.ws, {
    asker: request.isTyped ? "person" : "event",
    only: [part.extension.name],
    ignoreOperation: true,
  });
  if (!again.ok) return again;
  const [one] = again.value.extensions;
  return one === undefined
    ? refuse("E105", "the extension is no longer configured.", "rebuild-if-needed")
    : ok(one);
}

async function makeBaseline(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
  planned: Planned,
  outputs: readonly string[],
): Promise<Baseline> {
  const { ws } = observed;
  const answer = await planned.asking.answer(outputs);
  return {
    version: 1,
    extension: part.extension.name,
    interpreter: observed.environment.interpreter?.path ?? null,
    buildId: request.buildId,
    origin: "built",
    commit: observed.head,
    at: new Date().toISOString(),
    note: "",
    fingerprint: part.observation.fingerprint,
    outputs: await readOutputs(ws.top, outputs),
    trackedOutputs: trackedOutputs(part.extension, observed.tracked),
    ...(answer === null ? {} : { answer, alsoRead: await alsoRead(ws, observed.tree, part, answer.files) }),
    buildDirFiles: buildFiles(ws, part.extension).filter((path) => !planned.foreignBuildFiles.has(path)),
    ...(observed.config.healMtimes ? { inputTimes: await inputTimes(observed, part) } : {}),
    ...(await survivalFacts(outputs.map((path) => outputPath(ws.top, path)))),
  };
}

async function inputTimes(observed: Observed, part: ObservedExtension): Promise<InputTimes> {
  const { readInputTimes } = await import("./heal.ts");
  return readInputTimes(observed.ws.top, observed.tree, part.inputs.keys());
}
