import { type BuildEnvironment, childEnvironment } from "../fingerprint/environment.ts";
import { outputPath } from "../fingerprint/output-path.ts";
import type { Extension, Workspace } from "../model.ts";
import type { VerifyReport } from "../verify/verify.ts";
import { BUILD_VARIABLE, endProcessesOf } from "./process-group.ts";
import type { Canceller } from "./runner.ts";

const PROBE_TIMEOUT_MS = 300_000;

/** Holds outputs against the contract, as they lie there. A cancel ends its interpreter. */
export async function verifyPresent(
  ws: Workspace,
  extension: Extension,
  outputs: readonly string[],
  environment: BuildEnvironment,
  { buildId, canceller }: { readonly buildId: string; readonly canceller: Canceller },
): Promise<VerifyReport> {
  const { verifyOutputs } = await import("../verify/verify.ts");
  const stop = canceller.onAsk(() => endProcessesOf(buildId));
  const report = await verifyOutputs({
    top: ws.top,
    outputs: outputs.map((path) => outputPath(ws.top, path)),
    require: extension.require,
    interpreter: environment.interpreter,
    environment: { ...childEnvironment(environment, process.env), [BUILD_VARIABLE]: buildId },
    timeoutMs: PROBE_TIMEOUT_MS,
    probe: true,
  });
  stop();
  return report;
}
