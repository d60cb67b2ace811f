/** Holds what a look found to be there against its contract: for people and for CI, not after a build. */
import { findOutputs } from "./build/find-outputs.ts";
import { gpuTargets } from "./build/gpu-targets.ts";
import { verifyRequest } from "./build/verify-request.ts";
import type { ObservedExtension } from "./observe.ts";
import type { Look } from "./run.ts";
import type { ExplainedContract } from "./verify/contract/format-contract.ts";
import {
  builtFrom,
  lastVerified,
  type NativeContract,
  nativeContracts,
} from "./verify/contract/native-contract.ts";
import { type Explained, explainUnseen } from "./verify/contract/unbuilt.ts";
import { verifyOutputs, type VerifyReport } from "./verify/verify.ts";

/** The answer for one extension. */
export interface VerifiedPart extends Explained {
  readonly report: VerifyReport;
}

/** Verifies every extension of the look: reads its files, then loads them in fresh interpreters. */
export async function verifyLook(looked: Look, timeoutMs: number): Promise<VerifiedPart[]> {
  const natives = await nativesOf(looked);
  const parts: VerifiedPart[] = [];
  for (const [at, part] of looked.extensions.entries()) {
    const native = natives[at] ?? { names: [], noCallers: null };
    const report = await verifyPart(looked, part, native, timeoutMs);
    const contract = { ...contractOf(looked, part, native), names: report.names };
    parts.push({ name: part.extension.name, report, contract });
  }
  return parts;
}

/** The contracts alone: nothing is loaded. */
export async function explainLook(looked: Look): Promise<Explained[]> {
  const natives = await nativesOf(looked);
  return looked.extensions.map((part, at) => ({
    name: part.extension.name,
    contract: contractOf(looked, part, natives[at]),
  }));
}

function nativesOf({ ws, tree, extensions, environment }: Look): Promise<NativeContract[]> {
  const configured = extensions.map(({ extension }) => extension);
  return nativeContracts(ws, tree, configured, environment.interpreter?.path ?? null);
}

function verifyPart(
  looked: Look,
  part: ObservedExtension,
  { names }: NativeContract,
  timeoutMs: number,
): Promise<VerifyReport> {
  const reasons = looked.decision.extensions.find(({ name }) => name === part.extension.name)?.reasons ?? [];
  return verifyOutputs({
    ...verifyRequest(looked, part, outputsOf(looked, part)),
    timeoutMs,
    probe: true,
    builtTorch: builtTorch(part),
    gpuTargets: gpuTargets(looked, part),
    native: { names, builtFrom: builtFrom(reasons), before: lastVerified(part) },
  });
}

/** The torch of the last verified build. */
function builtTorch({ known }: ObservedExtension): string | null {
  if (known.kind !== "known") return null;
  const { packages } = known.baseline.fingerprint.toolchain;
  return packages.find(({ name }) => name === "torch")?.version ?? null;
}

function contractOf(
  looked: Look,
  part: ObservedExtension,
  native: NativeContract | undefined,
): ExplainedContract {
  return explainUnseen({ libraries: outputsOf(looked, part), require: part.extension.require }, native);
}

/** What the last build left, or without a record of one what the output globs name. */
function outputsOf({ ws, tracked }: Look, { known, extension }: ObservedExtension): string[] {
  if (known.kind === "known" && known.baseline.outputs.length > 0) {
    return known.baseline.outputs.map((output) => output.path).filter((path) => !tracked.has(path));
  }
  return findOutputs(ws.top, extension, tracked);
}
