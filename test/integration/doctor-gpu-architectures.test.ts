import assert from "node:assert/strict";
import { dirname } from "node:path";
import test from "node:test";
import { type Changes, createPatient, findHere, type Patient, told } from "../helpers/doctor.ts";

const TORCH = { tools: ["cxx", "nvcc"], packages: ["torch"] } as const;
const CMAKE = {
  tools: ["cxx", "nvcc", "cmake"],
  recipe: [
    ["cmake", "-S", ".", "-B", "build"],
    ["cmake", "--build", "build"],
  ],
} as const;
const KNOWN = "does not know \\(it knows [\\d, ]*\\b90\\b[\\d, ]*\\)";

test("TORCH_CUDA_ARCH_LIST that this nvcc does not know: nvcc itself refuses it, and so does the doctor", async (t) => {
  const { patient, ask } = await cudaPatient(t);
  const [finding, ...rest] = await ask({
    extension: TORCH,
    variables: { TORCH_CUDA_ARCH_LIST: "3.5;9.0a+PTX" },
  });
  assert.deepEqual(rest, []);
  const text = `^error: TORCH_CUDA_ARCH_LIST=3\\.5;9\\.0a\\+PTX asks for compute_35, which nvcc [\\d.]+ at \\S+ ${KNOWN}`;
  assert.match(
    finding ?? "",
    new RegExp(`${text} \\| TORCH_CUDA_ARCH_LIST='9\\.0a' rebuild-if-needed, or take`),
  );
  const tried = ["nvcc", "-gencode", "arch=compute_35,code=sm_35", "-c", "csrc/kernel.cu", "-o", "/dev/null"];
  const refused = await patient.sandbox.run(patient.top, tried);
  assert.match(refused.stderr, /Unsupported gpu architecture 'compute_35'/);
});

test("CMAKE_CUDA_ARCHITECTURES, of CMAKE_ARGS, of the recipe and as CUDAARCHS", async (t) => {
  const { ask } = await cudaPatient(t);
  const variables = { CMAKE_ARGS: "-DCMAKE_BUILD_TYPE=Release -DCMAKE_CUDA_ARCHITECTURES=35-real" };
  assert.match(
    (await ask({ extension: CMAKE, variables })).join(),
    new RegExp(
      `^error: -DCMAKE_CUDA_ARCHITECTURES=35-real asks for compute_35, which nvcc .* ${KNOWN} \\| leave it`,
    ),
  );
  const recipe = [["cmake", "-S", ".", "-B", "build", "-DCMAKE_CUDA_ARCHITECTURES=90"]];
  const replaced = await ask({ extension: { ...CMAKE, recipe }, variables: { CUDAARCHS: "35" } });
  assert.match(replaced.join(), /^ok: nvcc [\d.]+ knows -DCMAKE_CUDA_ARCHITECTURES=90$/);
  const alone = await ask({ extension: CMAKE, variables: { CUDAARCHS: "35;90" } });
  assert.match(
    alone.join(),
    /^error: CUDAARCHS=35;90 asks for compute_35, .*\| CUDAARCHS='90' rebuild-if-needed/,
  );
});

test("build files that choose for themselves make it a warning; words for all and native, and no list, say nothing", async (t) => {
  const { patient, ask } = await cudaPatient(t);
  for (const CUDAARCHS of ["native", "all-major", ""])
    assert.deepEqual(await ask({ extension: CMAKE, variables: { CUDAARCHS } }), []);
  patient.sandbox.write("work/CMakeLists.txt", "set(CUDA_SUPPORTED_ARCHS 9.0)\n");
  const variables = { TORCH_CUDA_ARCH_LIST: "3.5" };
  assert.match(
    (await ask({ extension: TORCH, variables })).join(),
    /^warning: TORCH_CUDA_ARCH_LIST=3\.5 asks/,
  );
});

test("a GPU of this machine that the list leaves out", async (t) => {
  const { patient, ask } = await cudaPatient(t);
  patient.script(
    "nvidia-smi",
    `[ "$1" = --query-gpu=compute_cap,name ] && printf '8.6, NVIDIA A10\\n8.6, NVIDIA A10\\n'`,
  );
  const asked = (list: string): Promise<string[]> =>
    ask({ extension: TORCH, variables: { TORCH_CUDA_ARCH_LIST: list } });
  assert.deepEqual(await asked("9.0"), [
    "warning: the GPU here is 8.6 (nvidia-smi), for which TORCH_CUDA_ARCH_LIST=9.0 builds no code | add 8.6 to it, or unset it",
  ]);
  assert.match(
    (await asked("8.0;9.0")).join(),
    /^ok: nvcc [\d.]+ knows TORCH_CUDA_ARCH_LIST=8\.0;9\.0; the GPUs here are 8\.6$/,
  );
  patient.script("nvidia-smi", "echo 99.0");
  assert.match(
    (await ask({ extension: TORCH })).join(),
    /^warning: the GPU here is 99\.0 \(nvidia-smi\), which nvcc [\d.]+ at \S+ does not know/,
  );
});

test("a driver that does not answer is not waited for", async (t) => {
  const { patient, ask } = await cudaPatient(t);
  patient.script("nvidia-smi", "exec sleep 600");
  const variables = { TORCH_CUDA_ARCH_LIST: "9.0" };
  assert.match(
    (await ask({ extension: TORCH, variables })).join(),
    /^ok: nvcc [\d.]+ knows TORCH_CUDA_ARCH_LIST=9\.0$/,
  );
});

interface CudaPatient {
  readonly patient: Patient;
  ask(changes: Changes): Promise<string[]>;
}

async function cudaPatient(t: Parameters<typeof createPatient>[0]): Promise<CudaPatient> {
  const patient = await createPatient(t);
  patient.sandbox.write("work/csrc/kernel.cu", "__global__ void k() {}\n");
  const path = [patient.bin, dirname(findHere("nvcc")), dirname(findHere("g++"))];
  return {
    patient,
    ask: async (changes) => told(await patient.examine({ path, ...changes }), "gpu-architectures"),
  };
}
