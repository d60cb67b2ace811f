/** Which GPUs can run which code. Pure. */

/** Code for GPUs, as a library holds it. */
export interface GpuCode {
  /** Machine code; text that a driver translates when it loads it; or what only a linker takes (`lto_90`). */
  readonly kind: "cubin" | "ptx" | "lto";
  /** `90` of `sm_90a`. */
  readonly number: number;
  /** `a`: for exactly this architecture; `f`: for its family. */
  readonly suffix: "" | "a" | "f";
}

/** A GPU of this machine. */
export interface Gpu {
  /** Its compute capability: `86` for 8.6. */
  readonly number: number;
  /** As the driver tells it; may be empty. */
  readonly name: string;
}

/**
 * Whether a GPU of this compute capability (`86` for 8.6) can run the code: machine code runs on later minor versions,
 * PTX on all later ones, `a` on its own version only, `f` on its own and later minor ones (CUDA C++ Programming Guide,
 * "Binary Compatibility", "PTX Compatibility" and the table "Family-Specific Compatibility": 10.0f runs on 10.0 and 10.3,
 * 10.3f on 10.3, 11.0f on 11.0, 12.0f on 12.0 and 12.1, 12.1f on 12.1). NVIDIA does not promise that machine code for
 * desktop GPUs runs on Tegra (8.7, 10.1); it is not said to be missing there.
 */
export function runsOn({ kind, number, suffix }: GpuCode, gpu: number): boolean {
  if (kind === "lto" || number > gpu) return false;
  if (suffix === "a") return number === gpu;
  const isSameMajor = Math.floor(number / 10) === Math.floor(gpu / 10);
  return isSameMajor || (kind === "ptx" && suffix === "");
}

/** `9.0a` of sm_90a. */
export function showArchitecture({ number, suffix = "" }: { number: number; suffix?: string }): string {
  return `${dotted(number)}${suffix}`;
}

/** `9.0` of 90. */
export function dotted(number: number): string {
  return `${Math.floor(number / 10)}.${number % 10}`;
}
