import type { AskedArchitectures } from "../doctor/asked-architectures.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import type { GpuTargets } from "../verify/judge-gpu.ts";
import { doctorRequest } from "./examine.ts";

/** What the code for GPUs of an extension is held against. It asks the driver, so it is asked only when there is code. */
export function gpuTargets(observed: Observed, part: ObservedExtension): () => Promise<GpuTargets> {
  return async () => {
    const [{ addArchitectures, askedArchitectures }, { gpusHere }] = await Promise.all([
      import("../doctor/asked-architectures.ts"),
      import("../doctor/gpus-here.ts"),
    ]);
    const request = doctorRequest(observed, part);
    const isCompiled = part.extension.wheel === undefined;
    return {
      present: await gpusHere(request),
      asked: isCompiled ? together(askedArchitectures(request)) : null,
      next: (gpus) => addArchitectures(request, gpus),
    };
  };
}

/** The places that say all that the build is asked for, as one. */
function together(places: readonly AskedArchitectures[]): GpuTargets["asked"] {
  const whole = places.filter(({ isWhole }) => isWhole);
  if (whole.length === 0) return null;
  return {
    place: whole.map(({ place }) => place).join(", "),
    numbers: [...new Set(whole.flatMap(({ list }) => list).map(({ number }) => number))],
    isCertain: whole.every(({ isCertain }) => isCertain),
  };
}
