import { existsSync } from "node:fs";
import { good, type DoctorContext, type Finding } from "../finding.ts";
import { findTorch } from "../torch.ts";

const CHECK = "cuda-version";

/** nvcc and torch are of one CUDA major: torch's build extension refuses another one. */
export function cudaVersion({
  toolchain,
  extension,
  interpreter,
  inputs,
  variables,
}: DoctorContext): Finding[] {
  const nvcc = toolchain.tools.find(({ role }) => role === "nvcc");
  const source = inputs.find((path) => path.endsWith(".cu"));
  if (!nvcc?.path || source === undefined || !extension.packages.includes("torch")) return [];
  const torch = findTorch(interpreter);
  if (torch === null) return [];
  if (torch.cuda === null)
    return [good(CHECK, `torch ${torch.version} is built without CUDA, nvcc is ${nvcc.version}`)];
  if (nvcc.version === "") return [];
  const pair = `nvcc at ${nvcc.path} is CUDA ${nvcc.version}, torch ${torch.version} was built with CUDA ${torch.cuda}`;
  if (majorOf(nvcc.version) === majorOf(torch.cuda)) return [good(CHECK, pair)];
  const chosenBy = ["CUDACXX", "CUDA_HOME", "CUDA_PATH"].find((name) => variables[name] !== undefined);
  const why =
    chosenBy === undefined ? "it is the first on the recorded PATH" : `${chosenBy} is ${variables[chosenBy]}`;
  return [
    { check: CHECK, level: "error", text: `${pair} (${why}; torch: ${torch.file})`, fix: fixFor(torch.cuda) },
  ];
}

function fixFor(wanted: string): string {
  const installed = [`/usr/local/cuda-${wanted}`, `/usr/local/cuda-${majorOf(wanted)}`].find((folder) =>
    existsSync(`${folder}/bin/nvcc`),
  );
  if (installed !== undefined) return `CUDA_HOME=${installed} PATH=${installed}/bin:$PATH rebuild-if-needed`;
  return `install CUDA toolkit ${wanted} and point CUDA_HOME to it, or install a torch for this toolkit`;
}

function majorOf(version: string): string {
  return version.split(".")[0] ?? "";
}
