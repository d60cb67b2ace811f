import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { createPatient, type Patient, told, writeAt } from "../helpers/doctor.ts";

const WITHOUT = { packages: ["torch"] };
const ISOLATED = { packages: ["torch"], recipe: [["python", "-m", "pip", "install", "-e", "."]] };

test("setup.py imports a torch that is not there", async (t) => {
  const patient = await createPatient(t);
  patient.sandbox.write("work/setup.py", "from torch.utils import cpp_extension\n");
  const python = patient.interpreter.path;
  assert.deepEqual(told(await patient.examine({ extension: WITHOUT }), "build-torch"), [
    `error: setup.py imports torch, which is not installed for ${python} | ` +
      `${python} -m pip install torch (which one: https://pytorch.org/get-started/locally)`,
  ]);
  patient.sandbox.write("work/setup.py", "try:\n    import torch\nexcept ImportError:\n    torch = None\n");
  assert.deepEqual(told(await patient.examine({ extension: WITHOUT }), "build-torch"), []);
  const torch = installTorch(patient, "2.9.1+cu128");
  assert.deepEqual(told(await patient.examine({ extension: WITHOUT }), "build-torch"), [
    `ok: the build and Python see the same torch, 2.9.1+cu128 (${torch})`,
  ]);
});

test("a recipe with build isolation takes another torch than Python runs", async (t) => {
  const patient = await createPatient(t);
  const torch = installTorch(patient, "2.9.1");
  const isolated = async (requires: string, variables = {}): Promise<string[]> => {
    patient.sandbox.write("work/pyproject.toml", `[build-system]\nrequires = ["setuptools", ${requires}]\n`);
    return told(await patient.examine({ extension: ISOLATED, variables }), "build-torch");
  };
  const fix = "add --no-build-isolation to the recipe in the configuration";
  const runs = `and Python runs torch 2.9.1 (${torch}) | ${fix}`;
  assert.deepEqual(await isolated('"torch>=2.4"'), [
    `warning: the recipe builds in isolation, with the newest that torch>=2.4 allows, ${runs}`,
  ]);
  assert.deepEqual(await isolated('"torch==2.10"'), [
    `error: the recipe builds in isolation, with torch==2.10, ${runs}`,
  ]);
  assert.deepEqual(await isolated('"torch==2.9.1"'), [
    "ok: built with torch==2.9.1 in isolation, run with 2.9.1",
  ]);
  assert.deepEqual(await isolated('"torch==2.10"', { PIP_NO_BUILD_ISOLATION: "0" }), []);
  patient.sandbox.write("work/setup.py", "import torch\n");
  assert.deepEqual(await isolated('"wheel"'), [
    "error: setup.py imports torch, which the recipe's build environment does not have: it builds in isolation, " +
      `and [build-system].requires does not name torch | ${fix}`,
  ]);
});

test("a project in a subfolder is asked there", async (t) => {
  const patient = await createPatient(t);
  patient.sandbox.write("work/kernels/setup.py", "import torch\n");
  patient.sandbox.write("work/kernels/pyproject.toml", '[build-system]\nrequires = ["nanobind>=99"]\n');
  const recipe = [["python", "-m", "pip", "install", "--no-build-isolation", "--no-deps", "-e", "./kernels"]];
  const findings = await patient.examine({ extension: { packages: ["torch"], recipe } });
  assert.match(told(findings, "build-torch").join(), /^error: kernels\/setup\.py imports torch/);
  assert.match(told(findings, "build-requirements").join(), /asks for nanobind>=99, which is not installed/);
});

test("pins of the requirement files that this pull brought", async (t) => {
  const patient = await createPatient(t);
  patient.install("torch", "2.9.1");
  patient.install("ninja", "1.10");
  patient.sandbox.write(
    "work/requirements/build/cuda.txt",
    "-r common.txt\nninja>=1.11 # why\ntorch==2.10.0\nregex\n",
  );
  const inputs = ["csrc/**", "requirements/build/cuda.txt"];
  const found = async (guessed: boolean): Promise<string[]> =>
    told(await patient.examine({ extension: { inputs, guessed } }), "build-requirements").map(
      (line) => line.split(" (")[0] ?? "",
    );
  const ninja = "warning: requirements/build/cuda.txt asks for ninja>=1.11, 1.10 is installed";
  const torch = "requirements/build/cuda.txt asks for torch==2.10.0, 2.9.1 is installed";
  assert.deepEqual(await found(false), [ninja, `error: ${torch}`]);
  assert.deepEqual(await found(true), [ninja, `warning: ${torch}`]);
});

function installTorch(patient: Patient, version: string): string {
  const file = join(patient.site, "torch/version.py");
  writeAt(file, `__version__ = '${version}'\ncuda: Optional[str] = '12.8'\n`);
  return file;
}
