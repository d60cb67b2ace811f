/** `verify --wheel`: a wheel is held against the contract as if it were installed, without the environment's own copy. */
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { manyKernels, skipWithoutNvcc } from "../helpers/kernels.ts";
import { extensionModule, library, put, thisPython } from "../helpers/native.ts";
import { createSandbox, type Sandbox } from "../helpers/sandbox.ts";
import { operatorLibrary, standInTorch } from "../helpers/stand-in-torch.ts";
import { pythonVenv, type Venv } from "../helpers/venv.ts";

const python = await thisPython();
const EXT = python.extSuffix;
const [MAJOR = "3", MINOR = "0"] = python.version.split(".");
const TAG = `cp${MAJOR}${MINOR}-cp${MAJOR}${MINOR}-linux_x86_64`;

const CONFIG = `preset = "none"
[[extension]]
name = "core"
inputs = ["csrc/**"]
outputs = ["pkg/*.so"]
recipe = [["cmake", "-E", "true"]]
`;

interface Scene {
  readonly box: Sandbox;
  readonly top: string;
  readonly venv: Venv;
  readonly site: string;
  /** Zips a folder as a wheel. @returns its path. */
  wheel(files: (folder: string) => void, tag?: string): Promise<string>;
}

async function scene(t: TestContext, require: readonly string[]): Promise<Scene> {
  const outside = createSandbox(t);
  const venv = await pythonVenv(outside, "venv", []);
  const box = outside.with(venv.activated);
  const top = await box.repository("project");
  box.write("project/csrc/a.c", "int a;\n");
  box.write(
    "project/rebuild-if-needed.toml",
    `${CONFIG}${require.length === 0 ? "" : `require = ${JSON.stringify(require)}\n`}`,
  );
  await box.commit(top, "first");
  const site = join(venv.folder, "lib", `python${MAJOR}.${MINOR}`, "site-packages");
  const wheel: Scene["wheel"] = async (files, tag = TAG) => {
    const folder = box.path("wheel");
    put(join(folder, "pkg", "__init__.py"), "");
    put(join(folder, "pkg-1.dist-info", "WHEEL"), `Wheel-Version: 1.0\nTag: ${tag}\n`);
    files(folder);
    const path = box.path(`pkg-1-${tag}.whl`);
    const zip = [venv.python, "-m", "zipfile", "-c", path, `${folder}/pkg`, `${folder}/pkg-1.dist-info`];
    const made = await box.run(box.root, zip);
    assert.equal(made.code, 0, made.stderr);
    return path;
  };
  return { box, top, venv, site, wheel };
}

/** The report without its time. */
function plain(text: string): string {
  return text.replaceAll(/checked in \d+ ms/g, "checked in N ms");
}

test("a good wheel is good, whatever the environment has under its name", async (t) => {
  const { box, top, site, wheel } = await scene(t, ["pkg._C:answer"]);
  put(join(site, "pkg", "__init__.py"), "");
  put(join(site, "pkg", "_C.py"), "");
  const path = await wheel((folder) => void extensionModule(python, join(folder, "pkg"), "_C"));
  const { code, stdout, stderr } = await box.cli(top, "verify", "--wheel", path);
  assert.equal(stderr, "");
  assert.equal(plain(stdout), `${path}: good (1 library, 1 module, 1 name checked in N ms)\n`);
  assert.equal(code, 0);
});

test("a wheel that lacks a name is told, as text, as annotations, as JUnit and as JSON", async (t) => {
  const { box, top, wheel } = await scene(t, ["pkg._C:answer", "pkg._C:flash_attn_varlen_func"]);
  const path = await wheel((folder) => void extensionModule(python, join(folder, "pkg"), "_C"));
  const missing = `is missing: cannot import name 'flash_attn_varlen_func' from 'pkg._C' (pkg/_C${EXT})`;
  const cause = "The module is older than what asks for the name, or was built without it.";
  const next = `build the wheel anew, then: rebuild-if-needed verify --wheel ${path}`;
  const text = `${path}: 1 problem (1 library, 1 module, 2 names checked in N ms)
  pkg._C:flash_attn_varlen_func: ${missing}
    ${cause}
    next: ${next}
`;
  const verify = (...args: readonly string[]): ReturnType<Sandbox["cli"]> =>
    box.cli(top, "verify", "--wheel", path, ...args);
  const told = await verify();
  assert.equal(plain(told.stdout), text);
  assert.equal(told.code, 1);
  const github = await verify("--format", "github");
  assert.equal(
    plain(github.stdout),
    `${text}::error title=rebuild-if-needed verify%3A ${path}::pkg._C:flash_attn_varlen_func: ${missing}%0A${cause}%0Anext: ${next}\n`,
  );
  assert.equal(github.code, 1);
  const junit = await verify("--format", "junit");
  assert.equal(
    junit.stdout.replace(/time="[\d.]+"/, 'time="N"'),
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="${path}" tests="4" failures="1" errors="0" time="N">
    <testcase classname="${path}" name="pkg/_C${EXT}"/>
    <testcase classname="${path}" name="pkg/__init__.py"/>
    <testcase classname="${path}" name="pkg._C:answer"/>
    <testcase classname="${path}" name="pkg._C:flash_attn_varlen_func">
      <failure message="${missing}">pkg._C:flash_attn_varlen_func: ${missing}&#10;${cause}&#10;next: ${next}</failure>
    </testcase>
  </testsuite>
</testsuites>
`,
  );
  const json = await box.cliJson<{ ok: boolean; problems: unknown }>(top, "verify", "--wheel", path);
  assert.equal(json.json.ok, false);
  assert.deepEqual(json.json.problems, [
    { subject: "pkg._C:flash_attn_varlen_func", text: missing, cause, next },
  ]);
});

test("libraries of the wheel's data folder and versioned names are checked too", async (t) => {
  const { box, top, venv, wheel } = await scene(t, []);
  const path = await wheel((folder) => put(join(folder, "pkg", "libengine.so.2"), "\x7fELF\x02\x01\x01"));
  const { stdout } = await box.cli(top, "verify", "--wheel", path);
  assert.match(stdout, /pkg\/libengine\.so\.2: cannot be loaded\n {4}The file is broken: /);
  const folder = box.path("data");
  cpSync(box.path("wheel", "pkg-1.dist-info"), join(folder, "pkg-1.dist-info"), { recursive: true });
  put(join(folder, "pkg-1.data", "platlib", "pkg", "_C.so"), "\x7fELF\x02\x01\x01");
  const second = box.path("second.whl");
  const zip = ["-m", "zipfile", "-c", second, `${folder}/pkg-1.dist-info`, `${folder}/pkg-1.data`];
  assert.equal((await box.run(box.root, [venv.python, ...zip])).code, 0);
  assert.match(
    (await box.cli(top, "verify", "--wheel", second)).stdout,
    /^ {2}pkg\/_C\.so: cannot be loaded$/m,
  );
});

test("what sources register and callers use is looked for in the wheel", async (t) => {
  const { box, top, wheel } = await scene(t, []);
  const entry = (name: string): string => `{"${name}", answer, METH_NOARGS, ""},`;
  box.write(
    join(top, "csrc/a.c"),
    `static PyMethodDef methods[] = {${entry("answer")}\n${entry("question")} {0}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_C", 0, -1, methods};
PyMODINIT_FUNC PyInit__C(void) { return PyModule_Create(&definition); }
`,
  );
  box.write(join(top, "pkg/__init__.py"), "");
  box.write(join(top, "pkg/api.py"), "from pkg._C import answer, question\n");
  await box.commit(top, "a caller");
  const path = await wheel((folder) => void extensionModule(python, join(folder, "pkg"), "_C"));
  const { code, stdout } = await box.cli(top, "verify", "--wheel", path);
  assert.equal(
    plain(stdout),
    `${path}: good (1 library, 0 modules, 0 names checked in N ms)
  warning: pkg._C:question: is missing
    csrc/a.c:2 registers it, pkg/api.py:1 uses it: the library may be of older source.
    next: build the wheel anew, then: rebuild-if-needed verify --wheel ${path}
`,
  );
  assert.equal(code, 0);
});

test("a wheel without code for the GPUs that are asked for", { skip: skipWithoutNvcc }, async (t) => {
  const { box, top, wheel } = await scene(t, []);
  const kernels = await manyKernels();
  const path = await wheel((folder) => cpSync(kernels, join(folder, "pkg", "_C.so")));
  const asked = (list: string): ReturnType<Sandbox["cli"]> =>
    box.with({ CUDAARCHS: list }).cli(top, "verify", "--wheel", path);
  const good = await asked("80");
  assert.equal(good.code, 0, good.stdout);
  const { code, stdout } = await asked("70;75");
  assert.match(
    stdout,
    /pkg\/_C\.so: has no code for 7\.0, 7\.5, which CUDAARCHS=70;75 asks for: it holds 8\.0, 9\.0a, /,
  );
  assert.match(stdout, / {4}next: build the wheel anew, then: rebuild-if-needed verify --wheel /);
  assert.equal(code, 1);
});

test("a wheel for another Python is one problem", async (t) => {
  const { box, top, wheel } = await scene(t, ["pkg._C"]);
  const path = await wheel(
    (folder) => void extensionModule(python, join(folder, "pkg"), "_C"),
    "cp38-cp38-linux_x86_64",
  );
  const { code, stdout } = await box.cli(top, "verify", "--wheel", path);
  assert.equal(
    plain(stdout),
    `${path}: 1 problem (0 libraries, 0 modules, 0 names checked in N ms)
  ${path}: is for cp38-cp38; this interpreter is Python ${python.version}
    pip would not install it here.
    next: activate an environment of that Python, then: rebuild-if-needed init
`,
  );
  assert.equal(code, 1);
});

test("a wheel for many Pythons with a module for one is warned about", async (t) => {
  const { box, top, wheel } = await scene(t, ["pkg._C"]);
  const path = await wheel(
    (folder) => void extensionModule(python, join(folder, "pkg"), "_C"),
    "cp39-abi3-linux_x86_64",
  );
  const { code, stdout } = await box.cli(top, "verify", "--wheel", path);
  assert.equal(code, 0);
  const tag = EXT.slice(1, -".so".length);
  assert.match(
    plain(stdout),
    new RegExp(
      `^  warning: pkg/_C${EXT}: is for one Python only \\(${tag}\\), but the wheel says cp39-abi3$`,
      "m",
    ),
  );
});

const SOURCE = `void enroll(int);
void set_device(void) __asm__("_ZN3c104cuda9SetDeviceEab");
__attribute__((constructor)) static void start(void) { set_device(); enroll(7); }
`;

test("without torch what needs it is not judged, and what is wrong without it too is told", async (t) => {
  const { box, top, wheel } = await scene(t, ["pkg", "torch.ops.mine.add"]);
  const away = standInTorch(box.path("away"));
  const good = await wheel((folder) => {
    operatorLibrary(join(folder, "pkg", "ops.so"), away, SOURCE);
    put(join(folder, "pkg", "__init__.py"), "import torch\n");
  });
  const without = await box.cli(top, "verify", "--wheel", good);
  assert.equal(
    plain(without.stdout),
    `${good}: good (1 library, 1 module, 1 name checked in N ms)
  warning: pkg/ops.so: Cannot tell: it needs torch, which this interpreter does not have.
  warning: pkg: not checked: torch is not installed here
  warning: torch.ops.mine.add: not checked: torch is not installed here
`,
  );
  assert.equal(without.code, 0);
  const gone = library(box.path("away", "libgone.so"), "void gone(void) {}", "-Wl,-soname,libgone.so");
  const bad = await wheel((folder) => {
    const source = `${SOURCE}\nvoid gone(void);\nvoid use(void) { gone(); }\n`;
    operatorLibrary(join(folder, "pkg", "ops.so"), away, source, gone);
  });
  const told = await box.cli(top, "verify", "--wheel", bad);
  assert.match(
    plain(told.stdout),
    /^ {2}pkg\/ops\.so: needs libgone\.so, not found\n {4}libgone\.so is in no folder /m,
  );
  assert.equal(told.code, 1);
});

test("with torch the same wheel is judged whole", async (t) => {
  const { box, top, site, wheel } = await scene(t, ["pkg", "torch.ops.mine.add", "torch.ops.mine.sub"]);
  standInTorch(site);
  const path = await wheel((folder) => {
    operatorLibrary(join(folder, "pkg", "ops.so"), site, SOURCE);
    put(join(folder, "pkg", "__init__.py"), "import torch\n");
  });
  const { code, stdout } = await box.cli(top, "verify", "--wheel", path);
  assert.equal(
    plain(stdout),
    `${path}: 1 problem (1 library, 1 module, 2 names checked in N ms)
  torch.ops.mine.sub: is not registered by any output
    The libraries are older than what asks for it, or were built without it.
    next: build the wheel anew, then: rebuild-if-needed verify --wheel ${path}
`,
  );
  assert.equal(code, 1);
});

test("what is no wheel, and formats that there are not, are one clear error", async (t) => {
  const { box, top } = await scene(t, []);
  box.write("no.whl", "no");
  const no = await box.cli(top, "verify", "--wheel", box.path("no.whl"));
  assert.equal(
    no.stderr,
    `rebuild-if-needed: E104 ${box.path("no.whl")} is no wheel that can be unpacked. Nothing was changed. Next: rebuild-if-needed verify --wheel FILE.whl\n`,
  );
  assert.equal(no.code, 2);
  const format = await box.cli(top, "verify", "--format", "tap");
  assert.equal(
    format.stderr,
    'rebuild-if-needed: E104 verify has no format "tap"; there is: text, json, github, junit. Nothing was changed. Next: rebuild-if-needed help verify\n',
  );
  assert.equal(format.code, 2);
  assert.equal((await box.cli(top, "verify", "--format", "junit", "x.so")).code, 2);
});
