import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { keep } from "./kept.ts";

const KERNEL = `#ifdef VARIABLE_ALONE
__device__ float factor = 3.0f;
#else
__global__ void scale(float *a, float b) { a[threadIdx.x] *= b; }
extern "C" void launch(float *a) { scale<<<1, 32>>>(a, 3.0f); }
#endif
`;

const isThere = spawnSync("nvcc", ["--version"]).status === 0;
/** Under CI a missing compiler is a failure, not a reason to skip. */
export const skipWithoutNvcc: string | false =
  isThere || process.env["CI"] !== undefined ? false : "there is no nvcc on PATH";

/** Flags of nvcc that make code, and nothing else, for each of `targets`: `sm_90a`, `compute_90`, `lto_90`. */
export function codeFor(...targets: readonly string[]): string[] {
  return targets.flatMap((target) => [
    "-gencode",
    `arch=compute_${target.slice(target.indexOf("_") + 1)},code=${target}`,
  ]);
}

/** A library with code for these, which one compile makes for all tests that need a kernel: `8.0, 9.0a, 10.0f, 12.0; PTX 9.0a, 12.0`. */
export function manyKernels(): Promise<string> {
  const targets = codeFor("sm_80", "sm_90a", "sm_100f", "sm_120", "compute_120", "compute_90a");
  return kernels("many.so", ["-shared", "-o", "many.so", "kernel.cu", ...targets]);
}

/** Path of what nvcc makes of one kernel, by a row of calls in the folder of `kernel.cu`. Made once for each nvcc. */
export async function kernels(file: string, ...calls: readonly (readonly string[])[]): Promise<string> {
  const version = execFileSync("nvcc", ["--version"], { encoding: "utf8" });
  const folder = await keep("kernels", JSON.stringify([version, KERNEL, calls]), async (place, run) => {
    writeFileSync(join(place, "kernel.cu"), KERNEL);
    for (const call of calls) await run(["nvcc", "-Xcompiler", "-fPIC", ...call]);
  });
  return join(folder, file);
}
