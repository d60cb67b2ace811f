import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { createPatient, findHere, told, writeAt } from "../helpers/doctor.ts";

test("a submodule that is behind, or not checked out", async (t) => {
  const patient = await createPatient(t);
  const { sandbox, top } = patient;
  const library = await sandbox.repository("library");
  sandbox.write("library/lib.h", "#define V 1\n");
  const first = await sandbox.commit(library, "one");
  sandbox.write("library/lib.h", "#define V 2\n");
  const second = await sandbox.commit(library, "two");
  await sandbox.git(
    top,
    "-c",
    "protocol.file.allow=always",
    "submodule",
    "add",
    "--quiet",
    library,
    "csrc/lib",
  );
  assert.deepEqual(told(await patient.examine(), "submodules"), [
    "ok: at the commits that are asked for: csrc/lib",
  ]);

  const looked = (): ReturnType<typeof patient.examine> =>
    patient.examine({ extension: { inputs: ["csrc/**"] } });
  const checkout = join(top, "csrc/lib");
  await sandbox.git(checkout, "checkout", "--quiet", first);
  await sandbox.git(top, "update-index", "--assume-unchanged", "csrc/lib"); // the helper commits all that moved
  const behind = await looked();
  const fix = "git submodule update --init --recursive -- csrc/lib";
  assert.deepEqual(told(behind, "submodules"), [
    `error: csrc/lib has ${first.slice(0, 9)} checked out, ${second.slice(0, 9)} is asked for | ${fix}`,
  ]);
  assert.equal(behind.find(({ check }) => check === "submodules")?.reason, "submodule-lag");

  rmSync(checkout, { recursive: true });
  mkdirSync(checkout);
  assert.deepEqual(told(await looked(), "submodules"), [
    `error: csrc/lib is not checked out, ${second.slice(0, 9)} is asked for | ${fix}`,
  ]);
  assert.deepEqual(told(await patient.examine({ extension: { inputs: ["*.py"] } }), "submodules"), []);
});

test("outputs and build directories behind a symbolic link", async (t) => {
  const patient = await createPatient(t);
  const { sandbox, top } = patient;
  mkdirSync(sandbox.path("fast-disk"));
  symlinkSync(sandbox.path("fast-disk"), join(top, "build"));
  sandbox.write("work/pkg/__init__.py", "");
  symlinkSync("/elsewhere/glue.py", join(top, "pkg/glue.py"));
  const outputs = ["pkg/*.so", "pkg/glue.py", "!pkg/gone/**"];
  const findings = await patient.examine({ extension: { outputs, buildDirs: ["build/temp"] } });
  const fix = "put a folder of its own in place of the link, or name another path in the configuration";
  assert.deepEqual(told(findings, "symlinks"), [
    `error: pkg/glue.py is or passes through a symbolic link | ${fix}`,
    `error: build/temp is or passes through a symbolic link | ${fix}`,
  ]);
  assert.deepEqual(
    findings.filter(({ check }) => check === "symlinks").map(({ reason }) => reason),
    ["path-symlinked", "path-symlinked"],
  );
  const plain = await patient.examine({ extension: { outputs: ["pkg/*.so", "**/*.so"], buildDirs: [] } });
  assert.deepEqual(told(plain, "symlinks"), ["ok: none on the way to pkg"]);
});

test("a CMake cache of real CMake whose compiler has gone, then in a moved folder", async (t) => {
  const patient = await createPatient(t);
  const { sandbox, top } = patient;
  const compiler = sandbox.path("old-toolchain/my-c++");
  writeAt(compiler, "");
  rmSync(compiler);
  symlinkSync(findHere("g++"), compiler);
  sandbox.write("work/CMakeLists.txt", "cmake_minimum_required(VERSION 3.18)\nproject(p LANGUAGES CXX)\n");
  sandbox.write("work/.gitignore", "build/\n");
  const configure = ["cmake", "-S", ".", "-B", "build/temp.linux", `-DCMAKE_CXX_COMPILER=${compiler}`];
  const configured = await sandbox.run(top, configure);
  assert.equal(configured.code, 0, configured.stderr);
  const cache = "build/temp.linux/CMakeCache.txt";
  assert.deepEqual(told(await patient.examine(), "cmake-cache"), [
    `ok: ${cache}: every program in it is there`,
  ]);

  rmSync(compiler);
  const fix =
    "rebuild-if-needed --force builds without it; for a build by hand: cmake --fresh -B build/temp.linux";
  const gone = `warning: ${cache}: CMAKE_CXX_COMPILER is ${compiler}, which has gone | ${fix}`;
  assert.deepEqual(told(await patient.examine(), "cmake-cache"), [gone]);

  const moved = sandbox.path("moved");
  await sandbox.run(sandbox.root, ["mv", top, moved]);
  await sandbox.run(sandbox.root, ["git", "clone", "--quiet", moved, top]);
  await sandbox.run(sandbox.root, ["cp", "-r", join(moved, "build"), join(top, "build")]);
  await sandbox.run(sandbox.root, ["mv", join(moved, "build"), join(top, "build/other")]);
  assert.ok(existsSync(join(top, "build/other/temp.linux/CMakeCache.txt")));
  const found = told(await patient.examine(), "cmake-cache");
  const made = `build/other/temp.linux/CMakeCache.txt was made in ${top}/build/temp.linux`;
  assert.ok(
    found.some((text) => text.startsWith(`warning: ${made} | `)),
    found.join("\n"),
  );
});

test("no room for a second set of the outputs", async (t) => {
  const patient = await createPatient(t);
  const [text] = told(await patient.examine({ request: { outputsBytes: 2 ** 60 } }), "disk");
  assert.match(text ?? "", /^error: \d+ MB free below .*, the present build has 1152921504607 MB \| /);
});
