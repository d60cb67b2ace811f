import assert from "node:assert/strict";
import { dirname } from "node:path";
import test from "node:test";
import { probeInterpreter } from "../../src/fingerprint/interpreter.ts";
import { createPatient, findHere, told } from "../helpers/doctor.ts";

test("a real venv with pip, a real compiler, Python's headers: nothing to say, and nothing of the tree was run", async (t) => {
  const patient = await createPatient(t);
  const { sandbox, top } = patient;
  const made = await sandbox.run(top, [findHere("python3"), "-m", "venv", sandbox.path("venv")]);
  assert.equal(made.code, 0, made.stderr);
  const probed = await probeInterpreter(sandbox.path("venv/bin/python"));
  assert.ok(probed.ok);
  sandbox.write("work/setup.py", `open(${JSON.stringify(sandbox.path("was-run"))}, "w")\n`);
  sandbox.write("work/conftest.py", "raise SystemExit\n");
  sandbox.write("work/pyproject.toml", '[build-system]\nrequires = ["pip>=9"]\n');
  const path = [sandbox.path("venv/bin"), dirname(findHere("g++"))];
  const findings = await patient.examine({ interpreter: probed.value, path });
  assert.deepEqual(
    findings.filter(({ level }) => level === "error"),
    [],
  );
  assert.deepEqual(told(findings, "interpreter"), [
    `ok: Python ${probed.value.version} at ${probed.value.path}`,
  ]);
  assert.deepEqual(told(findings, "python-headers"), [`ok: Python.h in ${probed.value.includeDir}`]);
  assert.deepEqual(told(findings, "build-requirements"), ["ok: installed as asked for: pip"]);
  assert.match(told(findings, "environment-writable").join(), /^ok: .*site-packages can be written$/);
  await assert.rejects(async () => sandbox.read("was-run"), { code: "ENOENT" });
});

test("the same venv made without pip, and no uv", async (t) => {
  const patient = await createPatient(t);
  const { sandbox, top } = patient;
  await sandbox.run(top, [findHere("python3"), "-m", "venv", "--without-pip", sandbox.path("venv")]);
  const probed = await probeInterpreter(sandbox.path("venv/bin/python"));
  assert.ok(probed.ok);
  const findings = await patient.examine({ interpreter: probed.value, path: [sandbox.path("venv/bin")] });
  assert.match(told(findings, "recipe-programs").join(), /^error: .*venv\/bin\/python has no pip, and no uv/);
});
