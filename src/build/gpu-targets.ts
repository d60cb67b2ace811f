import type { AskedArchitectures } from "../doctor/asked-architectures.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import type { GpuTargets } from "../verify/judge-gpu.ts";
import { doctorRequest } from "./examine.ts";

/** What the code for GPUs of an extension is held against. It asks the driver, so it is asked only when there is code. */
export function gpuTargets(observed: Observed, part: ObservedExtension): () => Promise<GpuTargets> {
  return async () => {
    const { gpusHere } = await import("../doctor/gpus-here.ts");
    return {
      ...(await askedTargets(observed, [part])()),
      present: await gpusHere(doctorRequest(observed, part)),
    };
  };
}

/** As `gpuTargets`, of all extensions together and whatever GPUs are here. */
export function askedTargets(
  observed: Observed,
  parts: readonly ObservedExtension[],
): () => Promise<GpuTargets> {
  return async () => {
    const { addArchitectures, askedArchitectures } = await import("../doctor/asked-architectures.ts");
    const requests = parts.map((part) => doctorRequest(observed, part));
    const [first] = requests;
    const compiled = requests.filter(({ extension }) => extension.wheel === undefined);
    return {
      present: [],
      asked: together(compiled.flatMap((request) => askedArchitectures(request))),
      next: (gpus) => (first === undefined ? "rebuild-if-needed" : addArchitectures(first, gpus)),
    };
  };
}

/** The places that say all that the build is asked for, as one. */
function together(places: readonly AskedArchitectures[]): GpuTargets["asked"] {
  const whole = places.filter(({ isWhole }) => isWhole);
  if (whole.length === 0) return null;
  return {
    place: [...new Set(whole.map(({ place }) => place))].join(", "),
    numbers: [...new Set(whole.flatMap(({ list }) => list).map(({ number }) => number))],
    isCertain: whole.every(({ isCertain }) => isCertain),
  };
}
