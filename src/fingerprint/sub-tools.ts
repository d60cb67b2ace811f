/** The programs behind a driver: `g++` and `nvcc` only start the ones that do the work. */
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { runTool } from "./run-tool.ts";
import { findProgram, isExecutable, realOf } from "./search-path.ts";

/** Beside nvcc: what it runs, reads or links in. `cuda.h` carries the toolkit's version. */
const CUDA_PARTS: readonly string[] = [
  "bin/nvcc.profile",
  "bin/ptxas",
  "bin/cudafe++",
  "bin/fatbinary",
  "bin/nvlink",
  "bin/cicc",
  "nvvm/bin/cicc",
  "nvvm/libdevice/libdevice.10.bc",
  "include/cuda.h",
  "targets/x86_64-linux/include/cuda.h",
  "targets/sbsa-linux/include/cuda.h",
];

/** Files of the toolkit that this nvcc belongs to. */
export function cudaParts(nvcc: string): string[] {
  const toolkit = dirname(dirname(realOf(nvcc)));
  return CUDA_PARTS.map((part) => join(toolkit, part)).filter((path) => existsSync(path));
}

/** `13.0` from the head of `cuda.h` (65 KiB of its megabyte), or empty. */
export function cudaVersion(header: string): string {
  let file: number | null = null;
  try {
    file = openSync(header, "r");
    const head = Buffer.alloc(65_536);
    const text = head.toString("latin1", 0, readSync(file, head, 0, head.length, 0));
    const number = Number(/^#define CUDA_VERSION (\d+)/m.exec(text)?.[1] ?? 0);
    return number === 0 ? "" : `${Math.floor(number / 1000)}.${Math.floor((number % 1000) / 10)}`;
  } catch {
    return "";
  } finally {
    if (file !== null) closeSync(file);
  }
}

/**
 * Compiler proper, assembler and linker of a GCC-like driver, by asking it: one short process each, so only for
 * a driver that is new. clang is its own compiler and names only the last two.
 */
export async function compilerParts(
  driver: string,
  role: "cc" | "cxx",
  environment: NodeJS.ProcessEnv,
  path: readonly string[],
): Promise<string[]> {
  const names = [role === "cc" ? "cc1" : "cc1plus", "as", "ld"];
  const found = await Promise.all(
    names.map(async (name) => {
      const answer = await runTool({ argv: [driver, `-print-prog-name=${name}`], environment });
      const line = answer?.trim() ?? "";
      if (isAbsolute(line)) return isExecutable(line) && basename(line).includes(name) ? line : null;
      return line === name ? findProgram(name, path) : null; // a bare answer means: as found on PATH
    }),
  );
  return found.filter((program) => program !== null);
}
