import { childEnvironment } from "../fingerprint/environment.ts";
import { outputPath } from "../fingerprint/output-path.ts";
import type { Output } from "../model.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import type { Problem } from "../verify/findings.ts";

const PROBE_TIMEOUT_MS = 120_000;

/**
 * What is wrong with restored outputs, or null. They were verified when they were built, so what can have changed lies
 * outside: a library that is gone. Reading the files tells, in milliseconds; only where it finds something does an
 * interpreter have the last word, as it has after a build.
 */
export async function whyNotLoadable(
  { ws, environment }: Observed,
  { extension }: ObservedExtension,
  outputs: readonly Output[],
): Promise<Problem | null> {
  const { verifyOutputs } = await import("../verify/verify.ts");
  const request = {
    top: ws.top,
    outputs: outputs.map(({ path }) => outputPath(ws.top, path)),
    require: extension.require,
    interpreter: environment.interpreter,
    environment: childEnvironment(environment, process.env),
    timeoutMs: PROBE_TIMEOUT_MS,
  };
  const read = await verifyOutputs({ ...request, probe: false });
  if (read.ok || environment.interpreter === null) return read.problems[0] ?? null;
  const { problems } = await verifyOutputs({ ...request, probe: true });
  return problems[0] ?? null;
}
