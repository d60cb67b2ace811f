import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { createPatient, findHere, type Patient, told, writeAt } from "../helpers/doctor.ts";

const CUDA = { tools: ["cxx", "nvcc"], packages: ["torch"] } as const;

test("nvcc of another CUDA major than torch's is an error", async (t) => {
  const patient = await cudaPatient(t, "13.0.48");
  installTorch(patient, "2.13.0", "'12.8'");
  const [finding, ...rest] = told(await patient.examine({ extension: CUDA }), "cuda-version");
  assert.deepEqual(rest, []);
  const start =
    `error: nvcc at ${patient.bin}/nvcc is CUDA 13.0.48, torch 2.13.0 was built with CUDA 12.8 ` +
    `(it is the first on the recorded PATH; torch: ${patient.site}/torch/version.py) | `;
  assert.ok(finding?.startsWith(start), finding);
});

test("the same major with another minor, and a torch without CUDA, are fine", async (t) => {
  const patient = await cudaPatient(t, "12.4.131");
  installTorch(patient, "2.13.0", "'12.8'");
  assert.match(
    told(await patient.examine({ extension: CUDA }), "cuda-version").join(),
    /^ok: nvcc at .* CUDA 12\.4\.131/,
  );
  installTorch(patient, "2.13.0+cpu", "None");
  assert.deepEqual(told(await patient.examine({ extension: CUDA }), "cuda-version"), [
    "ok: torch 2.13.0+cpu is built without CUDA, nvcc is 12.4.131",
  ]);
});

test("a mismatch does not matter without CUDA sources or without torch in the build", async (t) => {
  const patient = await cudaPatient(t, "13.0.48");
  installTorch(patient, "2.13.0", "'12.8'");
  assert.deepEqual(told(await patient.examine({ extension: { ...CUDA, packages: [] } }), "cuda-version"), []);
  const inputs = ["csrc/*.cpp"];
  assert.deepEqual(told(await patient.examine({ extension: { ...CUDA, inputs } }), "cuda-version"), []);
});

test("no nvcc: an error with a CUDA torch, a warning without", async (t) => {
  const patient = await createPatient(t);
  patient.borrow("g++");
  patient.sandbox.write("work/csrc/kernel.cu", "__global__ void k() {}\n");
  const variables = { CUDACXX: "/gone/nvcc" }; // else one in /usr/local/cuda would be found
  const last = async (): Promise<string> =>
    told(await patient.examine({ extension: CUDA, variables }), "compilers").at(-1) ?? "";
  const text =
    /^warning: no CUDA compiler \(nvcc\) on the recorded PATH \(CUDACXX=\/gone\/nvcc\); it is needed for csrc\/kernel\.cu/;
  assert.match(await last(), text);
  installTorch(patient, "2.13.0", "'12.8'");
  assert.match(await last(), /^error: no CUDA compiler \(nvcc\)/);
});

test("CUDA_HOME that holds no nvcc: torch would start it and fail, others may not care", async (t) => {
  const patient = await cudaPatient(t, "12.8.61");
  writeAt(patient.sandbox.path("env/bin/nvcc.profile"), "");
  const variables = { CUDA_HOME: "/gone/cuda" };
  const found = async (): Promise<string[]> =>
    told(await patient.examine({ extension: CUDA, variables }), "cuda-home");
  const text = "CUDA_HOME is /gone/cuda, where there is no bin/nvcc";
  const fix = `CUDA_HOME=${patient.sandbox.path("env")} rebuild-if-needed`;
  assert.deepEqual(await found(), [`warning: ${text} | ${fix}`]);
  installTorch(patient, "2.9.1", "'12.8'");
  assert.deepEqual(await found(), [`error: ${text} | ${fix}`]);
});

test("CUDA_HOME of another version than the nvcc that CMake takes", async (t) => {
  const patient = await cudaPatient(t, "13.0.48");
  const home = patient.sandbox.path("cuda");
  mkdirSync(join(home, "bin"), { recursive: true });
  const own = patient.script("../../cuda/bin/nvcc", 'echo "Cuda compilation tools, release 12.8, V12.8.61"');
  const extension = { ...CUDA, tools: ["cxx", "nvcc", "cmake"] as const };
  const found = async (variables: Readonly<Record<string, string>>): Promise<string[]> =>
    told(await patient.examine({ extension, variables: { CUDA_HOME: home, ...variables } }), "cuda-home");
  const first = join(patient.bin, "nvcc");
  assert.deepEqual(await found({}), [
    `warning: CMake takes nvcc 13.0.48 at ${first}, but CUDA_HOME is ${home}, where torch looks, with nvcc 12.8.61 | ` +
      `CUDACXX=${own} rebuild-if-needed, or point CUDA_HOME to the toolkit of ${first}`,
  ]);
  assert.deepEqual(await found({ CUDACXX: own }), [`ok: CUDA_HOME is ${home}, with bin/nvcc`]);
});

test("a host gcc that is newer than nvcc takes", async (t) => {
  const patient = await cudaPatient(t, "11.1.105");
  const host = join(patient.bin, "g++");
  const header = patient.sandbox.path("env/include/crt/host_config.h");
  writeAt(
    header,
    "#if defined(__GNUC__)\n#if __GNUC__ > 4\n#error -- unsupported GNU version!\n#endif\n#endif\n",
  );
  const version = await gccVersion(patient);
  const fix = "install gcc 4 and: NVCC_CCBIN=g++-4 CUDAHOSTCXX=g++-4 rebuild-if-needed";
  const text = `${host} is gcc ${version}, but nvcc 11.1.105 takes gcc up to 4 (${header})`;
  assert.deepEqual(told(await patient.examine({ extension: CUDA }), "host-compiler"), [
    `error: ${text} | ${fix}`,
  ]);
  const variables = { NVCC_APPEND_FLAGS: "-allow-unsupported-compiler" };
  const lifted = await patient.examine({ extension: CUDA, variables });
  assert.deepEqual(told(lifted, "host-compiler"), [`warning: ${text} | ${fix}`]);
  writeAt(header, "#if __GNUC__ > 99\n");
  assert.deepEqual(told(await patient.examine({ extension: CUDA }), "host-compiler"), [
    `ok: nvcc 11.1.105 takes gcc up to 99; ${host} is ${version}`,
  ]);
});

test("a compiler that git tracks is never asked for its version", async (t) => {
  const patient = await cudaPatient(t, "12.8.61");
  writeAt(patient.sandbox.path("env/include/crt/host_config.h"), "#if __GNUC__ > 14\n");
  const mark = patient.sandbox.path("was-run");
  const tracked = patient.script("../../work/g++", `touch '${mark}'\necho 99.1.0`);
  const own = await patient.examine({
    extension: CUDA,
    path: [patient.bin],
    variables: { NVCC_CCBIN: tracked },
  });
  assert.deepEqual(told(own, "host-compiler"), []);
  assert.equal(existsSync(mark), false);
});

async function cudaPatient(t: Parameters<typeof createPatient>[0], version: string): Promise<Patient> {
  const patient = await createPatient(t);
  patient.sandbox.write("work/csrc/kernel.cu", "__global__ void k() {}\n");
  patient.script("nvcc", `echo "Cuda compilation tools, release ${version.slice(0, 4)}, V${version}"`);
  patient.borrow("g++");
  return patient;
}

function installTorch(patient: Patient, version: string, cuda: string): void {
  const text = `__version__ = '${version}'\ndebug = False\ncuda: Optional[str] = ${cuda}\nhip: Optional[str] = None\n`;
  writeAt(join(patient.site, "torch/version.py"), text);
}

async function gccVersion(patient: Patient): Promise<string> {
  return (await patient.sandbox.run(patient.top, [findHere("g++"), "-dumpfullversion"])).stdout.trim();
}
