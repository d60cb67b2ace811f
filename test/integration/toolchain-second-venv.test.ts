import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { compareToolchains } from "../../src/fingerprint/compare-toolchain.ts";
import { captureEnvironment } from "../../src/fingerprint/environment.ts";
import { probeInterpreter } from "../../src/fingerprint/interpreter.ts";
import { runTool } from "../../src/fingerprint/run-tool.ts";
import { findProgram, splitPath } from "../../src/fingerprint/search-path.ts";
import { observeToolchain } from "../../src/fingerprint/toolchain.ts";
import type { Interpreter, Toolchain } from "../../src/model.ts";

function folderOf(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "rebuild-if-needed-test-")));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

async function systemPython(): Promise<Interpreter> {
  const found = findProgram("python3", splitPath(process.env["PATH"]));
  assert.ok(found !== null, "these tests need python3");
  return probe(found);
}

async function probe(path: string): Promise<Interpreter> {
  const probed = await probeInterpreter(path);
  assert.ok(probed.ok, JSON.stringify(probed));
  return probed.value;
}

async function makeVenv(python: Interpreter, folder: string, ...options: string[]): Promise<string> {
  const argv = [python.path, "-m", "venv", "--without-pip", ...options, folder] as const;
  assert.notEqual(await runTool({ argv: [...argv], environment: process.env }), null);
  return join(folder, "bin/python");
}

function observe(
  interpreter: Interpreter,
  packages: readonly string[],
  previous: Toolchain | null,
): Promise<Toolchain> {
  const environment = { interpreter, path: [], names: [], variables: {} };
  return observeToolchain({ environment, interpreter, roles: ["python"], packages, previous });
}

test("a venv is its own place with the same Python", async (t) => {
  const folder = folderOf(t);
  const system = await systemPython();
  const one = await probe(await makeVenv(system, join(folder, "one")));
  const two = await probe(await makeVenv(system, join(folder, "two"), "--system-site-packages"));
  assert.equal(one.path, join(folder, "one/bin/python"), "not what it links to");
  assert.equal(one.prefix, join(folder, "one"));
  assert.notEqual(one.prefix, one.basePrefix);
  assert.equal(one.soabi, system.soabi);
  assert.match(one.extSuffix, /\.so$/);
  assert.ok(one.sitePackages.length > 0 && one.sitePackages.every((path) => path.startsWith(one.prefix)));
  assert.equal(two.sitePackages[0]?.startsWith(two.prefix), true);
  assert.ok(two.sitePackages.length > one.sitePackages.length, "the system's packages are behind its own");
  assert.deepEqual(compareToolchains(await observe(one, [], null), await observe(two, [], null)), []);
});

test("a package of another venv is another package", async (t) => {
  const folder = folderOf(t);
  const system = await systemPython();
  const install = (interpreter: Interpreter, version: string): void => {
    const place = join(interpreter.sitePackages[0] ?? "", `pybind11-${version}.dist-info`);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "METADATA"), `Name: pybind11\nVersion: ${version}\n`);
    writeFileSync(join(place, "RECORD"), `pybind11/__init__.py,sha256=${version},1\n`);
  };
  const one = await probe(await makeVenv(system, join(folder, "one")));
  const two = await probe(await makeVenv(system, join(folder, "two")));
  install(one, "2.13.0");
  install(two, "2.14.0");
  const before = await observe(one, ["pybind11"], null);
  const [reason] = compareToolchains(before, await observe(two, ["pybind11"], before));
  assert.equal(reason?.text, "pybind11 2.13.0 -> 2.14.0");
});

test("a venv made anew with another Python under the same path: a reason", async (t) => {
  const folder = folderOf(t);
  const python = await makeVenv(await systemPython(), join(folder, "venv"));
  const recorded = await probe(python);
  const before = await observe(recorded, [], null);
  assert.deepEqual(compareToolchains(before, await observe(recorded, [], before)), []);
  rmSync(python);
  const answer = { ...recorded, executable: python, version: "3.99.1", soabi: "cpython-399", files: [] };
  writeFileSync(python, `#!/bin/sh\ncat <<'END'\n${JSON.stringify(answer)}\nEND\n`);
  chmodSync(python, 0o755);
  const [reason] = compareToolchains(before, await observe(recorded, [], before));
  assert.equal(reason?.text, `python ${recorded.version} -> 3.99.1`);
  rmSync(python);
  const gone = await observe(recorded, [], before);
  assert.equal(gone.tools.find((tool) => tool.role === "python")?.path, null);
  assert.deepEqual(compareToolchains(before, gone), [], "a lost interpreter blocks; it is no change");
});

test("a version manager's shim is recorded as the Python that it picked", async (t) => {
  const folder = folderOf(t);
  const system = await systemPython();
  const shim = join(folder, "python3");
  writeFileSync(shim, `#!/bin/sh\n[ -f picked ] || exit 1\nexec ${system.path} "$@"\n`);
  chmodSync(shim, 0o755);
  writeFileSync(join(folder, "picked"), "");
  const captured = await captureEnvironment({
    top: folder,
    interpreter: shim,
    names: ["CC"],
    environment: { ...process.env, CC: "clang" },
    at: "now",
  });
  assert.ok(captured.ok, JSON.stringify(captured));
  assert.equal(captured.value.interpreter?.path, system.path);
  assert.deepEqual(captured.value.variables, { CC: "clang" });
});

test("a program that is no Python, and one that has gone, are E302", async (t) => {
  const folder = folderOf(t);
  const wrong = join(folder, "python");
  writeFileSync(wrong, "#!/bin/sh\necho hello\n");
  chmodSync(wrong, 0o755);
  for (const [path, problem] of [
    [wrong, "does not run"],
    [join(folder, "none"), "has gone"],
  ] as const) {
    const probed = await probeInterpreter(path);
    assert.ok(!probed.ok);
    assert.equal(probed.failure.code, "E302");
    assert.equal(probed.failure.message, `the interpreter ${path} ${problem}. Nothing was changed.`);
  }
});

test("the probe starts no code of the environment", async (t) => {
  const folder = folderOf(t);
  const python = await makeVenv(await systemPython(), join(folder, "venv"));
  const mark = join(folder, "ran");
  const [site] = (await probe(python)).sitePackages;
  writeFileSync(
    join(site ?? "", "evil.pth"),
    `import pathlib; pathlib.Path(${JSON.stringify(mark)}).touch()\n`,
  );
  writeFileSync(join(site ?? "", "sitecustomize.py"), `open(${JSON.stringify(mark)}, "w").close()\n`);
  await probe(python);
  assert.throws(() => readFileSync(mark), { code: "ENOENT" });
  await runTool({ argv: [python, "-c", "0"], environment: process.env });
  assert.equal(readFileSync(mark, "utf8"), "", "the trap does work");
});
