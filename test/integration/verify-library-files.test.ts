import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { formatVerdicts, verdictsJson } from "../../src/verify/format.ts";
import { inspectLibraries } from "../../src/verify/inspect.ts";
import { extensionModule, library, put, scratch, thisPython } from "../helpers/native.ts";

const python = await thisPython();
const context = { interpreter: python, environment: process.env };

test("a good module", async (t) => {
  const path = extensionModule(python, scratch(t), "good");
  assert.deepEqual(await inspectLibraries([path], context), [
    { path, ok: true, missing: [], libraries: [], causes: [] },
  ]);
});

test("an undefined symbol and a library that is not found", async (t) => {
  const folder = scratch(t);
  library(join(folder, "libgone.so"), "int gone(void) { return 1; }");
  const path = extensionModule(python, folder, "bad", {
    before: "int gone(void); int absent(void);",
    body: "gone(); absent();",
    flags: [`-L${folder}`, "-lgone"],
  });
  const verdicts = await inspectLibraries([path], context);
  const [verdict] = verdicts;
  assert.equal(verdict?.ok, false);
  assert.deepEqual(verdict?.missing.map(({ symbol }) => symbol).toSorted(), ["absent", "gone"]);
  assert.deepEqual(verdict?.libraries, ["libgone.so"]);
  assert.deepEqual(verdictsJson(verdicts), { version: 1, files: verdicts });
  const [first = "", second = ""] = verdict?.missing.map(({ symbol }) => symbol) ?? [];
  assert.deepEqual(formatVerdicts(verdicts), [
    `no  ${path}`,
    "    not found: libgone.so",
    `    undefined: ${first}`,
    `    undefined: ${second}`,
    "    libgone.so is in no folder that the loader searches (RUNPATH, LD_LIBRARY_PATH, system).",
    "    next: rebuild-if-needed --force, in its project",
  ]);
});

test("a symbol version that the library here has not", async (t) => {
  const folder = scratch(t);
  const newer = put(join(folder, "newer"), "ENGINE_1.0 { };\nENGINE_2.0 { global: run; } ENGINE_1.0;\n");
  const older = put(join(folder, "older"), "ENGINE_1.0 { global: run; };\n");
  library(join(folder, "libengine.so"), "int run(void) { return 2; }", `-Wl,--version-script=${newer}`);
  const path = extensionModule(python, folder, "user", {
    before: "int run(void);",
    body: "run();",
    flags: [`-L${folder}`, "-lengine", "-Wl,-rpath,$ORIGIN"],
  });
  assert.equal((await inspectLibraries([path], context))[0]?.ok, true);
  library(join(folder, "libengine.so"), "int run(void) { return 1; }", `-Wl,--version-script=${older}`);
  const [verdict] = await inspectLibraries([path], context);
  assert.deepEqual(verdict?.missing, [{ symbol: "run", version: "ENGINE_2.0" }]);
  assert.deepEqual(verdict?.causes, [
    "The library that it was linked with has been replaced by one without ENGINE_2.0.",
  ]);
});

test("a name of C++ as people write it, where c++filt is", async (t) => {
  const source = 'void call(void) __asm__("_ZN3pkg4callERKSs"); void (*used)(void) = call;';
  const path = library(join(scratch(t), "user.so"), source);
  const bare = { interpreter: python, environment: { ...process.env, PATH: "/nowhere" } };
  const [shown] = await inspectLibraries([path], context);
  const [plain] = await inspectLibraries([path], bare);
  const symbol = "_ZN3pkg4callERKSs";
  assert.deepEqual(shown?.missing, [{ symbol, demangled: "pkg::call(std::string const&)" }]);
  assert.deepEqual(plain?.missing, [{ symbol }]);
  const lines = formatVerdicts([shown ?? assert.fail()]);
  assert.equal(lines[1], "    undefined: pkg::call(std::string const&) (_ZN3pkg4callERKSs)");
});

test("no driver is nothing that a build can mend", () => {
  const verdict = { path: "a.so", ok: false, missing: [], libraries: ["libcuda.so.1"], causes: [] };
  assert.deepEqual(formatVerdicts([verdict]), [
    "no  a.so",
    "    not found: libcuda.so.1",
    "    next: install the NVIDIA driver, then: rebuild-if-needed verify",
  ]);
});

test("a module of another Python", async (t) => {
  const suffix = ".cpython-27-x86_64-linux-gnu.so";
  const path = extensionModule(python, scratch(t), "foreign", { suffix });
  const [verdict] = await inspectLibraries([path], context);
  assert.equal(verdict?.ok, false);
  assert.deepEqual(verdict?.causes, [
    `It was built for Python 2.7; this interpreter is Python ${python.version} and imports only *${python.extSuffix} and abi3 modules.`,
  ]);
});

test("a library of operators has no PyInit: a remark only", async (t) => {
  const path = library(join(scratch(t), "_ops.abi3.so"), "int registered = 1;");
  const [verdict] = await inspectLibraries([path], context);
  assert.equal(verdict?.ok, true);
  assert.match(verdict?.causes.join() ?? "", /no PyInit__ops/);
});

test("what cannot be told is said", async (t) => {
  const folder = scratch(t);
  const machO = join(folder, "mac.so");
  writeFileSync(machO, Buffer.from("cffaedfe0c000001", "hex"));
  const half = extensionModule(python, folder, "half");
  writeFileSync(half, readFileSync(half).subarray(0, 5000));
  const verdicts = await inspectLibraries([machO, half], context);
  assert.deepEqual(
    verdicts.map(({ ok }) => ok),
    [null, false],
  );
  assert.match(verdicts[0]?.causes[0] ?? "", /^Cannot tell: it is Mach-O/);
  assert.match(verdicts[1]?.causes[0] ?? "", /^The file is broken: it is cut short/);
});

test("without an interpreter its own names count as found", async (t) => {
  const folder = scratch(t);
  const good = extensionModule(python, folder, "good");
  const bad = extensionModule(python, folder, "bad", { before: "int absent(void);", body: "absent();" });
  const verdicts = await inspectLibraries([good, bad], { interpreter: null, environment: {} });
  assert.deepEqual(
    verdicts.map(({ ok }) => ok),
    [true, false],
  );
  assert.deepEqual(verdicts[1]?.missing, [{ symbol: "absent" }]);
});
