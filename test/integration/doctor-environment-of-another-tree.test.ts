import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { checkEditable } from "../../src/doctor/checks/editable.ts";
import { createPatient, type Patient, told, writeAt } from "../helpers/doctor.ts";

const CHECK = "editable-install";

test("pip's record names another tree: an error with both ways out", async (t) => {
  const patient = await createPatient(t);
  const other = await patient.sandbox.repository("other");
  const record = installEditable(patient, other);
  const findings = await patient.examine();
  assert.deepEqual(told(findings, CHECK), [
    `error: pkg in this environment is installed from another tree, ${other} (${record}) | ` +
      "give this tree an environment of its own (python3 -m venv .venv), or take that one over: " +
      `${patient.interpreter.path} -m pip install --no-build-isolation --no-deps -e ${patient.top}`,
  ]);
  assert.equal(findings.find(({ check }) => check === CHECK)?.reason, "environment-elsewhere");
  assert.deepEqual(
    checkEditable(patient.top, "pkg", [patient.site]).map(({ kind, to }) => [kind, to]),
    [["environment-elsewhere", other]],
  );
});

test("an install from this tree or a folder of it is fine, one from a tree that has gone belongs to nobody", async (t) => {
  const patient = await createPatient(t);
  patient.sandbox.write("work/python/pyproject.toml", "");
  installEditable(patient, join(patient.top, "python"));
  assert.deepEqual(told(await patient.examine(), CHECK), [`ok: pkg is installed from ${patient.top}/python`]);
  const record = installEditable(patient, patient.sandbox.path("gone"));
  assert.deepEqual(told(await patient.examine(), CHECK), [
    `warning: pkg is installed from ${patient.sandbox.path("gone")}, which has gone (${record}) | ` +
      "rebuild-if-needed --force installs it from here",
  ]);
  assert.deepEqual(checkEditable(patient.top, "pkg", [patient.site]), []);
});

test("a linked worktree inside this tree is another tree", async (t) => {
  const patient = await createPatient(t);
  await patient.sandbox.commit(patient.top, "one");
  const linked = join(patient.top, ".worktrees/feature");
  await patient.sandbox.git(patient.top, "worktree", "add", "--quiet", linked);
  installEditable(patient, linked);
  assert.equal(checkEditable(patient.top, "pkg", [patient.site]).length, 1);
  assert.equal(checkEditable(linked, "pkg", [patient.site]).length, 0);
});

test("a submodule is part of this tree, a linked worktree of it is not", async (t) => {
  const patient = await createPatient(t);
  const { sandbox, top } = patient;
  const library = await sandbox.repository("library");
  await sandbox.commit(library, "one");
  await sandbox.git(top, "-c", "protocol.file.allow=always", "submodule", "add", "--quiet", library, "lib");
  installEditable(patient, join(top, "lib"));
  assert.deepEqual(checkEditable(top, "pkg", [patient.site]), []);
  await sandbox.git(join(top, "lib"), "worktree", "add", "--quiet", join(top, "lib-feature"));
  installEditable(patient, join(top, "lib-feature"));
  assert.equal(checkEditable(top, "pkg", [patient.site]).length, 1);
});

for (const [name, file, content] of [
  ["setuptools, a path file", "__editable__.pkg_name-1.0.pth", (other: string) => `${other}\n`],
  [
    "setuptools, a finder",
    "__editable___pkg_name_1_0_finder.py",
    (other: string) => `MAPPING = {'pkg': '${other}/pkg'}\n`,
  ],
  ["setup.py develop", "pkg-name.egg-link", (other: string) => `${other}\n.`],
  [
    "scikit-build-core",
    "_pkg_name_editable.py",
    (other: string) => `install({'pkg': '${other}/pkg/__init__.py'})\n`,
  ],
  ["meson-python", "_pkg_name_editable_loader.py", (other: string) => `install({'pkg'}, '${other}/build')\n`],
] as const) {
  test(`what a backend leaves without a record: ${name}`, async (t) => {
    const patient = await createPatient(t);
    const other = await patient.sandbox.repository("other");
    patient.sandbox.write("other/pkg/__init__.py", "");
    patient.sandbox.write("other/build/x", "");
    writeAt(join(patient.site, "unrelated.pth"), "/usr\n");
    writeAt(join(patient.site, file), content(other));
    const [reason] = checkEditable(patient.top, "pkg.name", [patient.site]);
    assert.equal(reason?.kind, "environment-elsewhere");
    assert.ok(reason.to?.startsWith(other), reason.to);
    assert.deepEqual(checkEditable(other, "pkg.name", [patient.site]), []);
  });
}

test("a Python of the system's package manager is not installed into", async (t) => {
  const patient = await createPatient(t);
  const { prefix, path } = patient.interpreter;
  const marker = join(prefix, "lib/python3.11/EXTERNALLY-MANAGED");
  writeAt(marker, "[externally-managed]\nError=Use apt\n");
  const interpreter = { ...patient.interpreter, basePrefix: prefix };
  const fix = "python3 -m venv .venv, then: rebuild-if-needed init";
  assert.deepEqual(told(await patient.examine({ interpreter }), "environment-writable"), [
    `error: ${path} belongs to the system's package manager (${marker}) | ${fix}`,
  ]);
  const inplace = { recipe: [["python", "setup.py", "build_ext", "--inplace"]] };
  assert.deepEqual(
    told(await patient.examine({ interpreter, extension: inplace }), "environment-writable"),
    [],
  );
  const variables = { PIP_BREAK_SYSTEM_PACKAGES: "1" };
  assert.match(
    told(await patient.examine({ interpreter, variables }), "environment-writable").join(),
    /^ok: /,
  );
});

test("an environment that this user cannot write", async (t) => {
  const patient = await createPatient(t);
  const site = "/dev/null/site-packages"; // root may write anywhere else
  const interpreter = { ...patient.interpreter, sitePackages: [site, patient.site] };
  const fix = "python3 -m venv .venv, then: rebuild-if-needed init";
  const text = `${site} cannot be written by this user | ${fix}`;
  assert.deepEqual(told(await patient.examine({ interpreter }), "environment-writable"), [`error: ${text}`]);
  const system = { ...interpreter, basePrefix: interpreter.prefix }; // there pip takes the user's own folder
  assert.deepEqual(told(await patient.examine({ interpreter: system }), "environment-writable"), [
    `warning: ${text}`,
  ]);
});

/** What pip and uv write for `install -e`. */
function installEditable(patient: Patient, source: string): string {
  const folder = join(patient.site, "pkg-1.0.dist-info");
  mkdirSync(folder, { recursive: true });
  writeAt(join(folder, "METADATA"), "Metadata-Version: 2.1\nName: pkg\nVersion: 1.0\n");
  const record = { dir_info: { editable: true }, url: pathToFileURL(source).href };
  writeAt(join(folder, "direct_url.json"), JSON.stringify(record));
  return join(folder, "direct_url.json");
}
