import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { createPatient, type Patient, told } from "../helpers/doctor.ts";

const CHECK = "build-requirements";

test("a requirement that is not installed: nobody installs it without build isolation", async (t) => {
  const patient = await createPatient(t);
  require(patient, "setuptools>=77", "pybind11[global] >= 2.12, <3");
  patient.install("setuptools", "80.9.0");
  const { path } = patient.interpreter;
  assert.deepEqual(told(await patient.examine(), CHECK), [
    `error: [build-system].requires asks for pybind11>=2.12,<3, which is not installed for ${path}, ` +
      `and the recipe builds without isolation | ${path} -m pip install 'pybind11>=2.12,<3'`,
  ]);
  const isolated = await patient.examine({
    extension: { recipe: [["python", "-m", "pip", "install", "."]] },
  });
  assert.deepEqual(told(isolated, CHECK), []);
  patient.install("Pybind11", "2.13.6");
  assert.deepEqual(told(await patient.examine(), CHECK), [
    "ok: installed as asked for: setuptools, pybind11",
  ]);
});

test("another torch than the pinned one is an error, any other pin a warning", async (t) => {
  const patient = await createPatient(t);
  require(patient, "torch == 2.13.0", "setuptools>=77.0.3,<81.0.0", "setuptools-scm >= 8");
  patient.install("torch", "2.12.1+cu128");
  patient.install("setuptools", "81.0");
  patient.install("setuptools-scm", "8.0");
  const found = told(await patient.examine(), CHECK);
  assert.equal(found.length, 2);
  assert.match(
    found[0] ?? "",
    /^error: .* asks for torch==2\.13\.0, 2\.12\.1\+cu128 is installed \(.*METADATA\) \| /,
  );
  assert.match(found[1] ?? "", /^warning: .* asks for setuptools>=77\.0\.3,<81\.0\.0, 81\.0 is installed/);
});

test("the pinned torch in a build for another device is the pinned torch", async (t) => {
  const patient = await createPatient(t);
  require(patient, "torch==2.13.0");
  patient.install("torch", "2.13.0+cpu");
  assert.deepEqual(told(await patient.examine(), CHECK), ["ok: installed as asked for: torch"]);
});

test("markers: those for other systems do not count, those that are not understood are left alone", async (t) => {
  const patient = await createPatient(t);
  require(patient, "a; sys_platform == 'win32'", "b; python_version < '3.9' or platform_system == 'Windows'", "c; extra == 'cuda'", "d; (python_version < '3.9')", "e; python_version >= '3.9' and python_version < '3.100'");
  const found = told(await patient.examine(), CHECK);
  assert.deepEqual(
    found.map((text) => /asks for (\w+)/.exec(text)?.[1]),
    ["e"],
  );
});

test("a program in place of the distribution, and wheel with a new setuptools, will do", async (t) => {
  const patient = await createPatient(t);
  require(patient, "cmake>=3.26", "wheel", "setuptools");
  patient.install("setuptools", "70.0.0");
  const names = async (): Promise<(string | undefined)[]> =>
    told(await patient.examine(), CHECK).map((text) => /^error: .*asks for (\w+)/.exec(text)?.[1]);
  assert.deepEqual(await names(), ["cmake", "wheel"]);
  patient.script("cmake", "echo cmake version 3.31.0");
  rmSync(join(patient.site, "setuptools-70.0.0.dist-info"), { recursive: true });
  patient.install("setuptools", "70.1.0");
  assert.deepEqual(told(await patient.examine(), CHECK), [
    "ok: installed as asked for: cmake, wheel, setuptools",
  ]);
});

test("a program on PATH of a version that is not asked for", async (t) => {
  const patient = await createPatient(t);
  require(patient, "cmake>=3.26");
  patient.script("cmake", "echo cmake version 3.22.1");
  const found = told(await patient.examine({ extension: { tools: ["cmake"] } }), CHECK);
  assert.match(
    found.join(),
    /^warning: .* asks for cmake>=3\.26, 3\.22\.1 is installed \(.*\/bin\/cmake\) \| /,
  );
});

test("setup.py without an installer needs what it imports", async (t) => {
  const patient = await createPatient(t);
  require(patient, "torch", "wheel");
  patient.sandbox.write(
    "work/setup.py",
    "from setuptools import setup\nfrom torch.utils import cpp_extension\n",
  );
  const recipe = [["python", "setup.py", "build_ext", "--inplace"]];
  const levels = (await patient.examine({ extension: { recipe } })).filter(({ check }) => check === CHECK);
  assert.deepEqual(
    levels.map(({ level }) => level),
    ["error", "warning"],
  );
});

test("uv is named in the fix where the environment has no pip", async (t) => {
  const patient = await createPatient(t);
  require(patient, "ninja");
  rmSync(join(patient.site, "pip"), { recursive: true });
  patient.script("uv", "exit 1");
  const [text] = told(await patient.examine(), CHECK);
  assert.ok(text?.endsWith(`| uv pip install --python ${patient.interpreter.path} 'ninja'`), text);
});

function require(patient: Patient, ...requirements: readonly string[]): void {
  const list = requirements.map((text) => JSON.stringify(text)).join(", ");
  patient.sandbox.write("work/pyproject.toml", `[build-system]\nrequires = [${list}]\n`);
}

test("setuptools before 70.1 has the package wheel make wheels, whatever pyproject.toml asks for", async (t) => {
  const patient = await createPatient(t);
  patient.sandbox.write("work/pyproject.toml", '[build-system]\nrequires = ["setuptools"]\n');
  patient.install("setuptools", "65.5.0");
  const python = patient.interpreter.path;
  const found = async (): Promise<string[]> => told(await patient.examine(), "build-requirements");
  assert.deepEqual(await found(), [
    `error: setuptools 65.5.0 asks for wheel, which is not installed for ${python}, and the recipe builds without isolation | ` +
      `${python} -m pip install 'wheel'`,
  ]);
  patient.install("wheel", "0.45.1");
  assert.deepEqual(await found(), ["ok: installed as asked for: setuptools"]);
});
