import { findProgram } from "../fingerprint/search-path.ts";
import type { Gpu } from "../verify/gpu-architectures.ts";
import { askProgram, mayRunHere } from "./ask-program.ts";
import type { DoctorRequest } from "./finding.ts";

/** One GPU of each compute capability. None where no driver is installed, or it does not answer in time. */
export async function gpusHere(
  request: Pick<DoctorRequest, "ws" | "trackedPaths" | "path" | "variables">,
): Promise<Gpu[]> {
  const smi = findProgram("nvidia-smi", request.path, mayRunHere(request));
  if (smi === null) return [];
  const answer = await askProgram(request, [smi, "--query-gpu=compute_cap,name", "--format=csv,noheader"]);
  const gpus = new Map<number, Gpu>();
  for (const [, major = "", minor = "", name = ""] of (answer ?? "").matchAll(/^(\d+)\.(\d)(?:, (.+))?$/gm)) {
    const number = Number(major + minor);
    if (!gpus.has(number)) gpus.set(number, { number, name: name.trim() });
  }
  return [...gpus.values()];
}
