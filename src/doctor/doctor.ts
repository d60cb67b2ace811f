/** Can this build succeed at all? Asked before anything is moved; takes seconds, changes nothing. */
import { compileGlobs } from "../config/globs.ts";
import { buildRequirements } from "./checks/build-requirements.ts";
import { buildTorch } from "./checks/build-torch.ts";
import { cmakeAndNinja } from "./checks/cmake-and-ninja.ts";
import { cmakeCache } from "./checks/cmake-cache.ts";
import { compilerCache } from "./checks/compiler-cache.ts";
import { compilers } from "./checks/compilers.ts";
import { cudaHome } from "./checks/cuda-home.ts";
import { cudaVersion } from "./checks/cuda-version.ts";
import { disk } from "./checks/disk.ts";
import { editableInstall } from "./checks/editable.ts";
import { environmentWritable } from "./checks/environment-writable.ts";
import { gpuArchitectures } from "./checks/gpu-architectures.ts";
import { hostCompiler } from "./checks/host-compiler.ts";
import { interpreterPresent } from "./checks/interpreter.ts";
import { memory } from "./checks/memory.ts";
import { pythonHeaders } from "./checks/python-headers.ts";
import { recipePrograms } from "./checks/recipe-programs.ts";
import { submodules } from "./checks/submodules.ts";
import { symlinks } from "./checks/symlinks.ts";
import type { Check, DoctorContext, DoctorRequest, Finding } from "./finding.ts";

export type { DoctorRequest, Finding } from "./finding.ts";

/** In reading order: what all else rests on comes first. */
const CHECKS: readonly Check[] = [
  interpreterPresent,
  recipePrograms,
  compilers,
  compilerCache,
  pythonHeaders,
  cudaHome,
  cudaVersion,
  gpuArchitectures,
  hostCompiler,
  cmakeAndNinja,
  buildRequirements,
  buildTorch,
  cmakeCache,
  submodules,
  editableInstall,
  symlinks,
  environmentWritable,
  disk,
  memory,
];

/** Runs every check for one extension. An error means that a build would fail or do harm. */
export async function runDoctor(request: DoctorRequest): Promise<Finding[]> {
  const isInput = compileGlobs(request.extension.inputs);
  const isCompiled = request.extension.wheel === undefined;
  const context: DoctorContext = {
    ...request,
    inputs: isCompiled ? request.trackedPaths.filter(isInput) : [],
  };
  const findings = await Promise.all(CHECKS.map(async (check) => check(context)));
  return findings.flat();
}
