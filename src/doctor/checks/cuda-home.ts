import { join } from "node:path";
import { findProgram, isExecutable, realOf } from "../../fingerprint/search-path.ts";
import type { Tool } from "../../model.ts";
import { askProgram, mayRunHere } from "../ask-program.ts";
import { good, type DoctorContext, type Finding } from "../finding.ts";
import { kindOfRecipe } from "../recipe-kind.ts";
import { findTorch } from "../torch.ts";

const CHECK = "cuda-home";

/** CUDA_HOME names a toolkit, and the one whose nvcc the build takes. torch goes by it; CMake goes by CUDACXX and PATH. */
export async function cudaHome(context: DoctorContext): Promise<Finding[]> {
  const { extension, inputs, variables, toolchain } = context;
  const name = ["CUDA_HOME", "CUDA_PATH"].find((one) => variables[one] !== undefined);
  if (name === undefined || !inputs.some((path) => path.endsWith(".cu"))) return [];
  const home = variables[name] ?? "";
  const own = join(home, "bin/nvcc");
  const nvcc = toolchain.tools.find(({ role }) => role === "nvcc");
  if (!isExecutable(own)) return [withoutNvcc(context, `${name} is ${home}`, name, nvcc)];
  const byCMake = usesCMake(context) ? nvccOfCMake(context) : null;
  if (byCMake === null || realOf(byCMake) === realOf(own) || !mayRunHere(context)(own))
    return [good(CHECK, `${name} is ${home}, with bin/nvcc`)];
  const [here, there] = [await versionOf(byCMake, context), await versionOf(own, context)];
  if (here === "" || there === "" || here === there)
    return [good(CHECK, `${name} is ${home}, with nvcc ${there}`)];
  const usesTorch = extension.packages.includes("torch") ? ", where torch looks" : "";
  return [
    {
      check: CHECK,
      level: "warning",
      text: `CMake takes nvcc ${here} at ${byCMake}, but ${name} is ${home}${usesTorch}, with nvcc ${there}`,
      fix: `CUDACXX=${own} rebuild-if-needed, or point ${name} to the toolkit of ${byCMake}`,
    },
  ];
}

function withoutNvcc(context: DoctorContext, is: string, name: string, nvcc: Tool | undefined): Finding {
  const { extension, interpreter } = context;
  // torch.utils.cpp_extension starts $CUDA_HOME/bin/nvcc and looks nowhere else.
  const isSure =
    extension.packages.includes("torch") &&
    !usesCMake(context) &&
    kindOfRecipe(extension.recipe).isKnown &&
    (findTorch(interpreter)?.cuda ?? null) !== null;
  const toolkit = nvcc === undefined ? null : toolkitFolder(nvcc);
  const fix = toolkit === null ? `point ${name} to a CUDA toolkit` : `${name}=${toolkit} rebuild-if-needed`;
  return {
    check: CHECK,
    level: isSure ? "error" : "warning",
    text: `${is}, where there is no bin/nvcc`,
    fix,
  };
}

/** The folder that the nvcc which was found works from, by the file that tells it so. */
function toolkitFolder({ files }: Tool): string | null {
  return (
    files
      .find(({ path }) => path.endsWith("/bin/nvcc.profile"))
      ?.path.slice(0, -"/bin/nvcc.profile".length) ?? null
  );
}

function usesCMake({ extension }: DoctorContext): boolean {
  return extension.tools.includes("cmake") || kindOfRecipe(extension.recipe).runsCMake;
}

/** CMAKE_CUDA_COMPILER is not followed: whoever names the compiler in the recipe knows which one. */
function nvccOfCMake(context: DoctorContext): string | null {
  const { extension, path, variables } = context;
  const words = [...extension.recipe.flat(), variables["CMAKE_ARGS"] ?? ""];
  if (words.some((word) => word.includes("CMAKE_CUDA_COMPILER"))) return null;
  return findProgram(variables["CUDACXX"] ?? "nvcc", path, mayRunHere(context));
}

async function versionOf(nvcc: string, context: DoctorContext): Promise<string> {
  const answer = (await askProgram(context, [nvcc, "--version"])) ?? "";
  return /\bV(\d+\.\d+\.\d+)/.exec(answer)?.[1] ?? "";
}
