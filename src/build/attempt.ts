/** The middle of a transaction: recipe, verification, and the second look that tells what they are of. */
import { alsoRead } from "../fingerprint/inputs-now.ts";
import { outputPath } from "../fingerprint/output-path.ts";
import { readOutputs } from "../fingerprint/outputs.ts";
import { showPath } from "../git/path-bytes.ts";
import type { Baseline, InputTimes } from "../model.ts";
import { type Observed, type ObservedExtension, observe, seenIn } from "../observe.ts";
import { type Failure, type Result, ok, refuse } from "../report/failure.ts";
import { cancelled } from "./failed-build.ts";
import { trackedOutputs } from "./find-outputs.ts";
import { noteEnded, noteHalfBuilt } from "./half-built.ts";
import { movedSince, stampAll } from "./input-stamps.ts";
import { survivalFacts } from "./keep-present.ts";
import { make, verifyMade } from "./make.ts";
import { type Planned, buildFiles, buildOf } from "./prepare.ts";
import type { RebuildRequest } from "./rebuild-request.ts";
import type { Transaction } from "./transaction.ts";

export type Attempt =
  | { readonly kind: "good"; readonly baseline: Baseline; readonly warnings: readonly string[] }
  | { readonly kind: "bad"; readonly failure: Failure }
  | Moved;

/** The tree moved while the recipe ran: what it made is of no state. */
export interface Moved {
  readonly kind: "moved";
  /** What moved, for people. */
  readonly path: string;
  readonly now: Observed;
  readonly part: ObservedExtension;
}

/** The recipe, the verification, and a second look. */
export async function attempt(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
  transaction: Transaction,
  planned: Planned,
): Promise<Attempt> {
  request.onTry(part.observation.fingerprint.hash);
  const stamps = await stampAll(observed.ws, part);
  noteHalfBuilt(transaction.journal, buildOf(observed, part, stamps));
  const made = await make(observed, part, request, transaction, planned);
  if (request.canceller.asked) return bad(cancelled());
  // The probes of the one are waited for, so the other costs next to nothing beside it.
  const [verified, again] = await Promise.all([
    made.ok ? verifyMade(observed, part, request, made.value) : made,
    observeAgain(observed, part, request),
  ]);
  if (request.canceller.asked) return bad(cancelled()); // whatever else was made of it: a probe that was stopped has failed
  if (!again.ok) return bad(verified.ok ? again.failure : verified.failure);
  const { now, part: present } = again.value;
  const path = (await movedSince(observed.ws, stamps, present)) ?? firstChanged(observed, part, now, present);
  if (path !== null) return { kind: "moved", path: showPath(path), now, part: present };
  if (!verified.ok) {
    noteEnded(transaction.journal);
    return bad(verified.failure);
  }
  const { outputs, warnings, names } = verified.value;
  const baseline = await makeBaseline(now, present, request, planned, outputs);
  return { kind: "good", baseline: { ...baseline, names }, warnings };
}

function bad(failure: Failure): Attempt {
  return { kind: "bad", failure };
}

/** What no stamp tells of: an input that changed between the look and the start of the recipe, an output that git came to track. */
function firstChanged(
  then: Observed,
  before: ObservedExtension,
  now: Observed,
  after: ObservedExtension,
): string | null {
  const old = before.observation.fingerprint;
  const present = after.observation.fingerprint;
  if (old.hash !== present.hash) {
    const paths = Object.keys({ ...old.inputs, ...present.inputs });
    return paths.find((path) => old.inputs[path] !== present.inputs[path]) ?? "the toolchain";
  }
  const [had, has] = [then, now].map((one) => trackedOutputs(after.extension, one.tracked));
  const other = (a: readonly string[] = [], b: readonly string[] = []): string | undefined =>
    a.find((path) => !b.includes(path));
  return other(has, had) ?? other(had, has) ?? null;
}

async function observeAgain(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
): Promise<Result<{ readonly now: Observed; readonly part: ObservedExtension }>> {
  request.log.stage("observe again");
  const again = await observe(observed.ws, {
    asker: request.isTyped ? "person" : "event",
    only: [part.extension.name],
    ignoreOperation: true,
    seen: seenIn(observed),
  });
  if (!again.ok) return again;
  const [one] = again.value.extensions;
  return one === undefined
    ? refuse("E105", "the extension is no longer configured.", "rebuild-if-needed")
    : ok({ now: again.value, part: one });
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
