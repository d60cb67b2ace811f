/** What nvcc runs, reads and links in: nvcc itself only starts the programs that do the work. */
import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { splitWords } from "./command-line.ts";
import { runTool } from "./run-tool.ts";
import { findProgram, realOf } from "./search-path.ts";

/** Programs beside nvcc, and the folders that its profile adds. */
const PROGRAMS: readonly string[] = [
  "bin/nvcc.profile",
  "bin/ptxas",
  "bin/cudafe++",
  "bin/fatbinary",
  "bin/nvlink",
  "bin/cicc",
  "nvvm/bin/cicc",
  "nvvm/libdevice/libdevice.10.bc",
];

/**
 * Of headers and libraries those that carry the version of their part: from PyPI and conda the parts of a toolkit
 * are installed apart. The static ones are linked into the extension.
 */
const HEADERS: readonly string[] = [
  "cuda.h",
  "cuda_runtime_api.h",
  "cub/version.cuh",
  "cccl/cub/version.cuh",
  "thrust/version.h",
  "cccl/thrust/version.h",
  "cublas_api.h",
];
const LIBRARIES: readonly string[] = ["libcudart_static.a", "libcudadevrt.a"];
const TARGETS: readonly string[] = ["", "targets/x86_64-linux", "targets/sbsa-linux"];

/** Files of the toolkit in `folder` that an extension can depend on. */
export function toolkitFiles(folder: string): string[] {
  const inTargets = TARGETS.flatMap((target) => [
    ...HEADERS.map((header) => join(target, "include", header)),
    ...LIBRARIES.flatMap((library) => [join(target, "lib64", library), join(target, "lib", library)]),
  ]);
  const paths = [...PROGRAMS, ...inTargets]
    .map((part) => join(folder, part))
    .filter((path) => existsSync(path));
  // `include` and `lib64` are mostly links into `targets`.
  return [...new Map(paths.map((path) => [realOf(path), path])).values()];
}

/** What nvcc told of itself. */
export interface NvccAnswer {
  readonly toolkit: string;
  /** A host compiler that its profile or a wrapper names; null: the one that PATH or variables say. */
  readonly host: string | null;
}

/**
 * Asks nvcc what it would do, one short process: `--dryrun` starts nothing (nvcc manual, section 4.2.5). Through a
 * wrapper that cannot be read, this is the only way to its toolkit. Null when it does not answer.
 * @param environment without the variables that name a host compiler: those are looked at by themselves.
 */
export async function askNvcc(
  nvcc: string,
  environment: NodeJS.ProcessEnv,
  path: readonly string[],
): Promise<NvccAnswer | null> {
  const {
    NVCC_CCBIN: _ccbin,
    NVCC_PREPEND_FLAGS: _prepend,
    NVCC_APPEND_FLAGS: _append,
    ...plain
  } = environment;
  const argv = [nvcc, "--dryrun", "-E", "-x", "cu", "/dev/null"] as const;
  const answer = await runTool({ argv: [...argv], environment: plain, withErrors: true });
  const top = /^#\$ TOP=(.+)$/m.exec(answer ?? "")?.[1]?.trim();
  if (answer === null || top === undefined) return null;
  const command = /^#\$ (.* -x c\+\+ .*)$/m.exec(answer)?.[1] ?? "";
  const [host = ""] = splitWords(command); // a folder may be quoted apart: "/usr/bin"/g++-11
  const found = findProgram(host, path);
  return { toolkit: resolve(top), host: isAbsolute(host) ? found : null };
}

/** The toolkit that an nvcc lies in, where it cannot be asked. */
export function toolkitOf(nvcc: string): string {
  return dirname(dirname(realOf(nvcc)));
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
