import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { keep } from "./kept.ts";

const KERNEL = `__global__ void scale(float *a, float b) { a[threadIdx.x] *= b; }
extern "C" void launch(float *a) { scale<<<1, 32>>>(a, 3.0f); }
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

/** Path of what nvcc makes of one kernel, by a row of calls in the folder of `kernel.cu`. Made once for each nvcc. */
export async function kernels(file: string, ...calls: readonly (readonly string[])[]): Promise<string> {
  const version = execFileSync("nvcc", ["--version"], { encoding: "utf8" });
  const folder = await keep("kernels", JSON.stringify([version, KERNEL, calls]), async (place, run) => {
    writeFileSync(join(place, "kernel.cu"), KERNEL);
    for (const call of calls) await run(["nvcc", "-Xcompiler", "-fPIC", ...call]);
  });
  return join(folder, file);
}
