/** How much a recipe does at once, and less of it where memory ran out. Pure. */

/** Compilers at once, and threads of each nvcc. */
export interface Load {
  readonly jobs: number;
  readonly nvccThreads: number;
}

/** The variables that torch's and CMake's builds take it from; NVCC_THREADS only where it is known. */
export function loadVariables({ jobs, nvccThreads }: Load): Record<string, string> {
  return {
    MAX_JOBS: String(jobs),
    CMAKE_BUILD_PARALLEL_LEVEL: String(jobs),
    ...(nvccThreads > 0 ? { NVCC_THREADS: String(nvccThreads) } : {}),
  };
}

/** Half of it: jobs first, then threads. Null: it cannot be less. */
export function halve({ jobs, nvccThreads }: Load): Load | null {
  if (jobs > 1) return { jobs: Math.floor(jobs / 2), nvccThreads };
  return nvccThreads > 1 ? { jobs, nvccThreads: Math.floor(nvccThreads / 2) } : null;
}

/** For people. */
export function loadText({ jobs, nvccThreads }: Load): string {
  const threads = nvccThreads > 1 ? ` of ${nvccThreads} threads` : "";
  return `${jobs} ${jobs === 1 ? "job" : "jobs"}${threads} at once`;
}
