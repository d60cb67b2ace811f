import type { Output } from "../model.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import type { Problem } from "../verify/findings.ts";
import { verifyRequest } from "./verify-request.ts";

const PROBE_TIMEOUT_MS = 120_000;

/**
 * What is wrong with restored outputs, or null. They were verified when they were built, so what can have changed lies
 * outside: a library that is gone. Reading the files tells, in milliseconds; only where it finds something does an
 * interpreter have the last word, as it has after a build.
 */
export async function whyNotLoadable(
  observed: Observed,
  part: ObservedExtension,
  outputs: readonly Output[],
): Promise<Problem | null> {
  const { verifyOutputs } = await import("../verify/verify.ts");
  const paths = outputs.map(({ path }) => path);
  const request = { ...verifyRequest(observed, part, paths), timeoutMs: PROBE_TIMEOUT_MS };
  const read = await verifyOutputs({ ...request, probe: false });
  if (read.ok || request.interpreter === null) return read.problems[0] ?? null;
  const { problems } = await verifyOutputs({ ...request, probe: true });
  return problems[0] ?? null;
}
