import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import test from "node:test";
import { probeInterpreter } from "../../src/fingerprint/interpreter.ts";
import { createPatient, findHere, told, writeAt } from "../helpers/doctor.ts";

test("a real venv, a real compiler, Python's headers: nothing to say, and nothing of the tree was run", async (t) => {
  const patient = await createPatient(t);
  const { sandbox, top } = patient;
  const made = await sandbox.run(top, [
    findHere("python3"),
    "-m",
    "venv",
    "--without-pip",
    sandbox.path("venv"),
  ]);
  assert.equal(made.code, 0, made.stderr);
  const probed = await probeInterpreter(sandbox.path("venv/bin/python"));
  assert.ok(probed.ok);
  sandbox.write("work/setup.py", `open(${JSON.stringify(sandbox.path("was-run"))}, "w")\n`);
  sandbox.write("work/conftest.py", "raise SystemExit\n");
  sandbox.write("work/pyproject.toml", '[build-system]\nrequires = ["setuptools>=77"]\n');
  const bare = await patient.examine({ interpreter: probed.value, path: [sandbox.path("venv/bin")] });
  assert.match(told(bare, "recipe-programs").join(), /^error: .*venv\/bin\/python has no pip, and no uv/);
  assert.match(told(bare, "build-requirements").join(), /^error: .*setuptools>=77, which is not installed/);

  // As pip and setuptools leave themselves; installing them for real takes a minute on a busy machine.
  const [site = ""] = probed.value.sitePackages;
  writeAt(join(site, "pip/__main__.py"), "");
  writeAt(join(site, "setuptools-80.9.0.dist-info/METADATA"), "Name: setuptools\nVersion: 80.9.0\n");
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
  assert.deepEqual(told(findings, "build-requirements"), ["ok: installed as asked for: setuptools"]);
  assert.match(told(findings, "environment-writable").join(), /^ok: .*site-packages can be written$/);
  await assert.rejects(async () => sandbox.read("was-run"), { code: "ENOENT" });
});
