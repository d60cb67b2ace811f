import type { Tool } from "../../model.ts";
import { askProgram } from "../ask-program.ts";
import { type AskedArchitectures, askedArchitectures } from "../asked-architectures.ts";
import { good, type DoctorContext, type Finding } from "../finding.ts";
import { dotted } from "../../verify/gpu-architectures.ts";
import { covers, parseKnown } from "../gpu-architectures.ts";
import { gpusHere } from "../gpus-here.ts";

const CHECK = "gpu-architectures";

/** What the build is asked to compile for, against what this nvcc knows and against the GPUs of this machine. */
export async function gpuArchitectures(context: DoctorContext): Promise<Finding[]> {
  const nvcc = context.toolchain.tools.find(({ role }) => role === "nvcc");
  if (!nvcc?.path || !context.inputs.some((path) => path.endsWith(".cu"))) return [];
  const asked = askedArchitectures(context);
  const [known, present] = await Promise.all([knownTo(nvcc.path, context), gpusHere(context)]);
  const gpus = present.map(({ number }) => number);
  if (known.size === 0) return []; // an nvcc before 11.1 does not answer
  const findings = [
    ...asked.flatMap((place) => unknownTo(nvcc, known, place)),
    ...(asked.some(({ isWhole }) => isWhole) ? notBuiltFor(gpus, asked) : tooNew(nvcc, known, gpus, asked)),
  ];
  if (findings.length > 0 || (asked.length === 0 && gpus.length === 0)) return findings;
  const places = asked.map(({ place }) => place).join(", ");
  const here = gpus.length === 0 ? "" : `; the GPUs here are ${gpus.map(dotted).join(", ")}`;
  return [
    good(
      CHECK,
      `nvcc ${nvcc.version} knows ${places || "the GPUs here"}${places === "" ? `: ${gpus.map(dotted).join(", ")}` : here}`,
    ),
  ];
}

/** The compiler would stop at its first kernel: `nvcc fatal : Unsupported gpu architecture`. */
function unknownTo(nvcc: Tool, known: ReadonlySet<number>, asked: AskedArchitectures): Finding[] {
  const strangers = [...new Set(asked.list.map(({ number }) => number))].filter(
    (number) => !known.has(number),
  );
  if (strangers.length === 0) return [];
  const names = strangers.map((number) => `compute_${number}`).join(", ");
  const all = [...known].sort((a, b) => a - b).join(", ");
  const text = `${asked.place} asks for ${names}, which nvcc ${nvcc.version} at ${nvcc.path} does not know (it knows ${all})`;
  const level = asked.isCertain ? "error" : "warning";
  return [{ check: CHECK, level, text, fix: fixFor(asked, known) }];
}

function fixFor({ variable, list }: AskedArchitectures, known: ReadonlySet<number>): string {
  const other = "take a CUDA toolkit that knows it";
  const kept = list.filter(({ number }) => known.has(number));
  if (variable !== "TORCH_CUDA_ARCH_LIST" && variable !== "CUDAARCHS")
    return `leave it out there, or ${other}`;
  const isTorch = variable === "TORCH_CUDA_ARCH_LIST";
  const words = kept.map(({ number, suffix }) => `${isTorch ? dotted(number) : number}${suffix}`);
  return words.length === 0
    ? `set ${variable} to architectures that it knows, or ${other}`
    : `${variable}='${words.join(";")}' rebuild-if-needed, or ${other}`;
}

/** It would build, and then fail when it runs: `no kernel image is available for execution on the device`. */
function notBuiltFor(gpus: readonly number[], asked: readonly AskedArchitectures[]): Finding[] {
  const whole = asked.filter(({ isWhole }) => isWhole);
  const lists = whole.flatMap(({ list }) => list);
  const places = whole.map(({ place }) => place).join(", ");
  return gpus
    .filter((gpu) => !covers(lists, gpu))
    .map((gpu) => {
      const text = `the GPU here is ${dotted(gpu)} (nvidia-smi), for which ${places} builds no code`;
      return { check: CHECK, level: "warning", text, fix: `add ${dotted(gpu)} to it, or unset it` };
    });
}

/** With nothing asked for, builds compile for the GPUs that are there. */
function tooNew(
  nvcc: Tool,
  known: ReadonlySet<number>,
  gpus: readonly number[],
  asked: readonly AskedArchitectures[],
): Finding[] {
  if (asked.length > 0) return [];
  return gpus
    .filter((gpu) => !known.has(gpu))
    .map((gpu) => {
      const text = `the GPU here is ${dotted(gpu)} (nvidia-smi), which nvcc ${nvcc.version} at ${nvcc.path} does not know`;
      const fix = "take a CUDA toolkit that knows it, and point CUDA_HOME and PATH to it";
      return { check: CHECK, level: "warning", text, fix };
    });
}

async function knownTo(nvcc: string, context: DoctorContext): Promise<ReadonlySet<number>> {
  return parseKnown((await askProgram(context, [nvcc, "--list-gpu-arch"])) ?? "");
}
