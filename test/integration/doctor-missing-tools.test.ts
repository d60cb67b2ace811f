import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import type { Finding } from "../../src/doctor/doctor.ts";
import { createPatient, told } from "../helpers/doctor.ts";

function errorsOf(findings: readonly Finding[], check: string): (string | undefined)[] {
  return findings.filter((one) => one.check === check && one.level === "error").map((one) => one.reason);
}

test("a recipe program that is not on the recorded PATH", async (t) => {
  const patient = await createPatient(t);
  const findings = await patient.examine({
    extension: {
      recipe: [
        ["bazel", "build", "//..."],
        ["python", "x.py"],
      ],
    },
  });
  assert.deepEqual(told(findings, "recipe-programs"), [
    `error: the recipe runs bazel, which is not on the recorded PATH (${patient.bin}) | ` +
      "install bazel or put it on PATH, then run from that shell: rebuild-if-needed",
  ]);
  assert.deepEqual(errorsOf(findings, "recipe-programs"), ["tool-missing"]);
});

test("a venv without pip needs uv on the recorded PATH", async (t) => {
  const patient = await createPatient(t);
  rmSync(join(patient.site, "pip"), { recursive: true });
  const without = await patient.examine();
  assert.deepEqual(told(without, "recipe-programs"), [
    `error: ${patient.interpreter.path} has no pip, and no uv is on the recorded PATH | ` +
      `${patient.interpreter.path} -m ensurepip, or install uv`,
  ]);
  assert.deepEqual(errorsOf(without, "recipe-programs"), ["tool-missing"]);
  patient.script("uv", "exit 1");
  assert.deepEqual(told(await patient.examine(), "recipe-programs"), ["ok: found: python"]);
});

test("no compiler on the recorded PATH: an error for a known backend, a warning for a script of the project's", async (t) => {
  const patient = await createPatient(t);
  const [finding, ...rest] = told(await patient.examine(), "compilers");
  assert.match(
    finding ?? "",
    /^error: no C\+\+ compiler on the recorded PATH; it is needed for csrc\/ops\.cpp \| .+/,
  );
  assert.deepEqual(rest, []); // there is no C source
  patient.script("make-it", "exit 1");
  const script = await patient.examine({ extension: { recipe: [["make-it"]] } });
  assert.match(told(script, "compilers").join(), /^warning: no C\+\+ compiler/);
});

test("a compiler that a variable names and that is not there", async (t) => {
  const patient = await createPatient(t);
  patient.borrow("g++");
  assert.match(told(await patient.examine(), "compilers").join(), /^ok: C\+\+ compiler \d+\S* at .*\/g\+\+$/);
  const named = await patient.examine({ variables: { CXX: "/opt/gone/g++" } });
  assert.match(
    told(named, "compilers").join(),
    /^error: no C\+\+ compiler on the recorded PATH \(CXX=\/opt\/gone\/g\+\+\)/,
  );
});

test("Python.h is missing", async (t) => {
  const patient = await createPatient(t);
  rmSync(join(patient.interpreter.includeDir, "Python.h"));
  const [finding] = told(await patient.examine(), "python-headers");
  const { path, includeDir } = patient.interpreter;
  assert.ok(
    finding?.startsWith(`error: there is no Python.h in ${includeDir}, the header folder of ${path} | `),
    finding,
  );
  patient.sandbox.write("headers/Python.h", "");
  const elsewhere = await patient.examine({
    variables: { CPATH: `/nowhere:${patient.sandbox.path("headers")}` },
  });
  assert.deepEqual(told(elsewhere, "python-headers"), [`ok: Python.h in ${patient.sandbox.path("headers")}`]);
});

test("the recorded interpreter has gone", async (t) => {
  const patient = await createPatient(t);
  rmSync(patient.interpreter.path);
  const findings = await patient.examine();
  assert.deepEqual(told(findings, "interpreter"), [
    `error: the recorded interpreter ${patient.interpreter.path} (Python 3.11.2) has gone | ` +
      "make it again, or choose another one with: rebuild-if-needed init",
  ]);
  assert.deepEqual(errorsOf(findings, "interpreter"), ["tool-missing"]);
});

test("ninja is an error only where the build cannot do without", async (t) => {
  const patient = await createPatient(t);
  const tools = ["cxx", "ninja"] as const;
  const torch = told(await patient.examine({ extension: { tools } }), "cmake-and-ninja");
  assert.match(torch.join(), /^warning: ninja is not on the recorded PATH; builds without it are slower \| /);
  patient.sandbox.write("work/pyproject.toml", '[build-system]\nrequires = []\nbuild-backend = "mesonpy"\n');
  const meson = await patient.examine({ extension: { tools: [...tools, "meson"] } });
  assert.deepEqual(errorsOf(meson, "cmake-and-ninja"), ["tool-missing", "tool-missing"]);
});

test("a CMake that is too old or too new for CMakeLists.txt", async (t) => {
  const patient = await createPatient(t);
  patient.script("cmake", "echo cmake version 3.22.1");
  patient.sandbox.write("work/CMakeLists.txt", "cmake_minimum_required(VERSION 3.26...4.0 FATAL_ERROR)\n");
  const extension = { tools: ["cmake"], recipe: [["cmake", "-B", "build"]] } as const;
  const { bin, interpreter } = patient;
  assert.deepEqual(told(await patient.examine({ extension }), "cmake-and-ninja"), [
    `ok: cmake 3.22.1 at ${bin}/cmake`,
    `warning: CMakeLists.txt asks for CMake 3.26, ${bin}/cmake is 3.22.1 | ${interpreter.path} -m pip install 'cmake>=3.26'`,
  ]);
  patient.script("cmake", "echo cmake version 4.1.0");
  patient.sandbox.write("work/CMakeLists.txt", "cmake_minimum_required(VERSION 3.1)\n");
  assert.deepEqual(told(await patient.examine({ extension }), "cmake-and-ninja").slice(1), [
    `warning: CMakeLists.txt asks for the behaviour of CMake 3.1, which ${bin}/cmake (4.1.0) no longer has | ` +
      "CMAKE_ARGS=-DCMAKE_POLICY_VERSION_MINIMUM=3.5 rebuild-if-needed",
  ]);
});
