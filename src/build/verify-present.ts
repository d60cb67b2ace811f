import type { Observed, ObservedExtension } from "../observe.ts";
import type { VerifyReport } from "../verify/verify.ts";
import { gpuTargets } from "./gpu-targets.ts";
import { BUILD_VARIABLE, endProcessesOf } from "./process-group.ts";
import type { Canceller } from "./runner.ts";
import { verifyRequest } from "./verify-request.ts";

const PROBE_TIMEOUT_MS = 300_000;

/** Holds outputs against the contract, as they lie there. A cancel ends its interpreter. */
export async function verifyPresent(
  observed: Observed,
  part: ObservedExtension,
  outputs: readonly string[],
  { buildId, canceller }: { readonly buildId: string; readonly canceller: Canceller },
): Promise<VerifyReport> {
  const request = verifyRequest(observed, part, outputs);
  const { verifyOutputs } = await import("../verify/verify.ts");
  const { lastVerified, namesOfBuild } = await import("../verify/contract/native-contract.ts");
  const names = await namesOfBuild(observed.ws, part.extension, outputs, request.interpreter);
  const stop = canceller.onAsk(() => endProcessesOf(buildId));
  const report = await verifyOutputs({
    ...request,
    environment: { ...request.environment, [BUILD_VARIABLE]: buildId },
    timeoutMs: PROBE_TIMEOUT_MS,
    probe: true,
    gpuTargets: gpuTargets(observed, part),
    native: { names, builtFrom: { kind: "this" }, before: lastVerified(part) },
  });
  stop();
  return report;
}
