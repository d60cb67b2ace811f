/** Outputs that live through a change of torch or Python: verified where they are, and then the build of the present ground. */
import { type BuildEnvironment, recordOf } from "../fingerprint/environment.ts";
import { probeInterpreter } from "../fingerprint/interpreter.ts";
import { readOutputs } from "../fingerprint/outputs.ts";
import type { Baseline } from "../model.ts";
import { observe, seenIn, type Observed, type ObservedExtension } from "../observe.ts";
import { err, ok, refuse, type Result } from "../report/failure.ts";
import { baselinePath } from "../store/baseline.ts";
import { writeEnvironment } from "../store/environment.ts";
import { keepSlot } from "../store/slots.ts";
import { writeState } from "../store/state-file.ts";
import { problemText } from "../verify/findings.ts";
import { cancelled } from "./failed-build.ts";
import type { Canceller } from "./runner.ts";
import { verifyPresent } from "./verify-present.ts";

export interface KeepRequest {
  readonly buildId: string;
  /** A person's request records their environment. */
  readonly isTyped: boolean;
  readonly canceller: Canceller;
}

/** What a baseline records of its outputs' ABI, as a part of it. @param paths absolute. */
export async function survivalFacts(paths: readonly string[]): Promise<Pick<Baseline, "survives">> {
  const { survivalOf } = await import("../verify/stable-abi.ts");
  const survives = await survivalOf(paths);
  return survives === null ? {} : { survives };
}

/**
 * Verifies the present outputs in a fresh interpreter and records them as the build of the present fingerprint. No file
 * of the tree is touched. E202: they do not verify; E203: something moved meanwhile; then nothing is recorded.
 */
export async function keepPresent(
  observed: Observed,
  part: ObservedExtension,
  request: KeepRequest,
): Promise<Result<Baseline>> {
  if (part.known.kind !== "known") throw new Error("there is no build to verify"); // `decide` has seen one
  const { baseline: old } = part.known;
  const environment = await presentEnvironment(observed.environment);
  if (!environment.ok) return environment;
  const verified = await verify(observed, part, request, environment.value, old);
  if (request.canceller.asked) return err(cancelled());
  if (!verified.ok) return verified;
  const unmoved = await observeAgain(observed, part, request);
  if (!unmoved.ok) return unmoved;
  const { ws } = observed;
  const at = new Date().toISOString();
  const { fingerprint } = part.observation;
  const outputs = await readOutputs(
    ws.top,
    old.outputs.map(({ path }) => path),
  );
  const { names: _, ...kept } = old; // they are of another ground
  const baseline: Baseline = {
    ...kept,
    buildId: request.buildId,
    origin: "restored",
    at,
    fingerprint,
    outputs,
  };
  const written = writeState(baselinePath(ws, baseline.extension, baseline.interpreter), baseline); // the commit point
  if (!written.ok) return written;
  if (request.isTyped) writeEnvironment(ws, recordOf(environment.value, at));
  keepSlot(ws, baseline);
  return ok(baseline);
}

/** The record's facts of the interpreter are of the Python that was there: this one is asked what it is. */
async function presentEnvironment(environment: BuildEnvironment): Promise<Result<BuildEnvironment>> {
  if (environment.interpreter === null) return ok(environment);
  const probed = await probeInterpreter(environment.interpreter.path);
  return probed.ok ? ok({ ...environment, interpreter: probed.value }) : probed;
}

async function verify(
  observed: Observed,
  part: ObservedExtension,
  request: KeepRequest,
  environment: BuildEnvironment,
  { outputs }: Baseline,
): Promise<Result<void>> {
  const report = await verifyPresent(
    { ...observed, environment },
    part,
    outputs.map(({ path }) => path),
    request,
  );
  const [first] = report.problems;
  if (first === undefined) return ok(undefined);
  const message = `the present outputs do not verify: ${problemText(first)}.`;
  return refuse("E202", message, first.next ?? "rebuild-if-needed");
}

/** What was verified must be what is recorded: the same ground, the same files. */
async function observeAgain(
  observed: Observed,
  part: ObservedExtension,
  { isTyped }: KeepRequest,
): Promise<Result<void>> {
  const again = await observe(observed.ws, {
    asker: isTyped ? "person" : "event",
    only: [part.extension.name],
    ignoreOperation: true,
    seen: seenIn(observed),
  });
  if (!again.ok) return err(again.failure);
  const now = again.value.extensions[0]?.observation;
  const isSame =
    now?.fingerprint.hash === part.observation.fingerprint.hash && now.outputReasons.length === 0;
  if (isSame) return ok(undefined);
  return refuse(
    "E203",
    "something moved while the outputs were verified. Nothing was changed.",
    "rebuild-if-needed",
  );
}
