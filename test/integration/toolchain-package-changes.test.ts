/** Packages and build tools of the environment: really upgraded, rebuilt under one version, or only installed again. */
import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import test from "node:test";
import type { Interpreter } from "../../src/model.ts";
import { createSandbox, type Sandbox } from "../helpers/sandbox.ts";
import {
  type Ground,
  ask,
  assertNone,
  change,
  look,
  need,
  PATH,
  probe,
  reasons,
  Shelf,
} from "../helpers/toolchain-ground.ts";
import { keptVenv, venvCopy } from "../helpers/venv-copy.ts";

const OLD = [
  "pybind11==2.12.0",
  "nanobind==2.1.0",
  "cython==3.0.11",
  "setuptools==77.0.3",
  "ninja==1.11.1.1",
  "meson==1.5.0",
];
const NEW = [
  "pybind11==2.13.6",
  "nanobind==2.2.0",
  "cython==3.0.12",
  "setuptools==78.1.0",
  "ninja==1.13.0",
  "meson==1.6.0",
];
const PACKAGES = ["pybind11", "nanobind", "cython", "setuptools"];

async function venvOf(packages: readonly string[]): Promise<Interpreter> {
  return probe(join(await keptVenv(packages), "venv/bin/python"));
}

function ground(interpreter: Interpreter): Ground {
  const path = [dirname(interpreter.path), ...PATH];
  return { interpreter, path, packages: PACKAGES, roles: ["ninja", "meson"] };
}

/** Runs pip or uv as a person would. */
async function install(box: Sandbox, argv: readonly string[]): Promise<void> {
  const { code, stderr } = await box.run(box.root, argv);
  assert.equal(code, 0, stderr);
}

test("build requirements upgraded, ninja and meson of the venv among them", async () => {
  const [old, now] = [await venvOf(OLD), await venvOf(NEW)];
  assert.deepEqual(await change(ground(old), () => {}, ground(now)), [
    "tool-changed: ninja 1.11.1 -> 1.13.0",
    "tool-changed: meson 1.5.0 -> 1.6.0",
    "package-changed: cython 3.0.11 -> 3.0.12",
    "package-changed: nanobind 2.1.0 -> 2.2.0",
    "package-changed: pybind11 2.12.0 -> 2.13.6",
    "package-changed: setuptools 77.0.3 -> 78.1.0",
  ]);
});

test("the same versions in another venv, installed again by pip, and by uv: no reason", async (t) => {
  const box = createSandbox(t);
  const venv = await venvCopy(box, "venv", OLD);
  const here = ground(await probe(venv.python));
  await assertNone(ground(await venvOf(OLD)), () => {}, here);
  const again = [
    "install",
    "--quiet",
    "--force-reinstall",
    "--no-deps",
    "pybind11==2.12.0",
    "ninja==1.11.1.1",
    "meson==1.5.0",
  ];
  await assertNone(here, () => install(box, [venv.python, "-m", "pip", ...again]));
  const uv = join(await keptVenv(["uv"]), "venv/bin/uv");
  const byUv = ["pip", "install", "--quiet", "--python", venv.python, "--reinstall", "--no-deps"];
  await assertNone(here, () =>
    install(box, [uv, ...byUv, "pybind11==2.12.0", "ninja==1.11.1.1", "meson==1.5.0"]),
  );
});

test("cmake and ninja: the venv's in place of the system's counts by its version", async (t) => {
  const interpreter = await venvOf(OLD);
  const shelf = new Shelf(t);
  const binary = async (name: string, says: string): Promise<void> => {
    const [source, program] = [shelf.at(`${name}.c`), shelf.at(`system/${name}`)];
    writeFileSync(source, `#include <stdio.h>\nint main(void) { puts("${says}"); return 0; }\n`);
    await ask(need("gcc", "apt-get install gcc"), "-o", program, source);
  };
  await binary("ninja", "1.11.1");
  await binary("meson", "1.5.0");
  const system = { ...ground(interpreter), path: [join(shelf.root, "system"), ...PATH] };
  await assertNone(system, () => {}, ground(interpreter));
  await assertNone(system, () => binary("ninja", "1.11.1\\n"));
  assert.deepEqual(await change(ground(interpreter), () => binary("ninja", "1.12.1"), system), [
    "tool-changed: ninja 1.11.1 -> 1.12.1",
  ]);
});

/** The files of a real torch that tell one build from another, in a site-packages of their own. */
async function torchSite(shelf: Shelf): Promise<{ interpreter: Interpreter; at(path: string): string }> {
  const real = await venvOf(["torch==2.13.0", "setuptools>=77", "ninja"]);
  const [from = ""] = real.sitePackages;
  const parts = [
    "torch-2.13.0+cpu.dist-info",
    "torch/version.py",
    "torch/lib/libc10.so",
    "torch/lib/libtorch_python.so",
  ];
  for (const part of parts) {
    const source = join(from, part);
    cpSync(source, shelf.at(`site/${part}`), { recursive: true });
  }
  return {
    interpreter: { ...real, sitePackages: [join(shelf.root, "site")] },
    at: (path) => join(shelf.root, "site", path),
  };
}

test("torch rebuilt under the same version: version.py's commit, a library's build id, the wheel's RECORD", async (t) => {
  const shelf = new Shelf(t);
  const { interpreter, at } = await torchSite(shelf);
  const here = { interpreter, packages: ["torch"] };
  const [torch] = (await look(here)).packages;
  assert.match(torch?.version ?? "", /^2\.13\.0/);
  const same = [`package-changed: torch ${torch?.version}: same version, other content`];
  const edit = (path: string, change_: (bytes: Buffer) => Buffer): string =>
    shelf.write(`site/${path}`, change_(readFileSync(at(path))));

  for (const path of ["torch/version.py", "torch/lib/libc10.so"]) {
    await assertNone(here, () => utimesSync(at(path), 1, 1));
    await assertNone(here, () => edit(path, (bytes) => bytes));
  }
  const otherCommit = (bytes: Buffer): Buffer =>
    Buffer.from(bytes.toString().replace(/git_version = '\w{8}/, "git_version = '00000000"));
  assert.deepEqual(await change(here, () => edit("torch/version.py", otherCommit)), same);
  const otherBuildId = (bytes: Buffer): Buffer => {
    const note = bytes.indexOf(Buffer.from("\x03\0\0\0GNU\0", "latin1"));
    assert.ok(note > 0, "the library has a build id");
    const changed = Buffer.from(bytes);
    changed[note + 8] = (changed[note + 8] ?? 0) ^ 0xff;
    return changed;
  };
  assert.deepEqual(await change(here, () => edit("torch/lib/libc10.so", otherBuildId)), same);
  const record = `${basename(torch?.files.find((file) => file.path.endsWith("RECORD"))?.path.replace(/\/RECORD$/, "") ?? "")}/RECORD`;
  const lines = (bytes: Buffer): string[] => bytes.toString().split("\n");
  await assertNone(here, () => edit(record, (bytes) => Buffer.from(lines(bytes).reverse().join("\n"))));
  assert.deepEqual(
    await change(here, () =>
      edit(record, (bytes) => Buffer.concat([Buffer.from("torch/new.h,sha256=x,1\n"), bytes])),
    ),
    same,
  );
});

test("setup.py develop: an egg-link is followed to the version and libraries in its source folder", async (t) => {
  const shelf = new Shelf(t);
  const plain = await venvOf(OLD);
  const site = dirname(shelf.at("site/x"));
  const interpreter = { ...plain, sitePackages: [site] };
  const here = { interpreter, packages: ["torch", "my-kernels"] };
  const source = dirname(shelf.at("src/x"));
  const setup = (version: string): string =>
    shelf.write(
      "src/setup.py",
      `from setuptools import setup\nsetup(name="my_kernels", version="${version}")\n`,
    );
  const develop = async (version: string): Promise<void> => {
    setup(version);
    const box = createSandbox(t).with({ PYTHONPATH: site });
    const argv = [
      plain.path,
      "-c",
      `import os, sys; os.chdir(${JSON.stringify(source)}); sys.argv = ["setup.py", "-q", "develop", "--no-deps", "--install-dir", ${JSON.stringify(site)}, "--script-dir", ${JSON.stringify(site)}]; exec(open("setup.py").read())`,
    ];
    await install(box, argv);
  };
  await develop("1.0");
  const [, torch] = (await look(here)).packages;
  assert.deepEqual([torch?.name, torch?.version], ["torch", null]);
  await assertNone(here, () => develop("1.0"));
  assert.deepEqual(await change(here, () => develop("1.1")), ["package-changed: my-kernels 1.0 -> 1.1"]);

  // torch from source is such an install, and is told apart by what it built.
  shelf.write("site/torch.egg-link", `${source}\n.`);
  shelf.write("src/torch.egg-info/PKG-INFO", "Metadata-Version: 2.1\nName: torch\nVersion: 2.13.0a0\n");
  shelf.write("src/torch/version.py", "git_version = 'one'\n");
  await assertNone(here, () => shelf.write("src/torch/version.py", "git_version = 'one'\n"));
  assert.deepEqual(await change(here, () => shelf.write("src/torch/version.py", "git_version = 'two'\n")), [
    "package-changed: torch 2.13.0a0: same version, other content",
  ]);
});

test("a conda environment: its compilers by CC and CXX, its packages by conda's record", async (t) => {
  const shelf = new Shelf(t);
  const interpreter = await condaPython(shelf);
  const target = "x86_64-conda-linux-gnu";
  const compiler = (name: string, version: string): string =>
    shelf.script(`env/bin/${target}-${name}`, `echo ${version}`);
  const record = (version: string, build: string, when: string): string =>
    shelf.write(
      `env/conda-meta/pytorch-${version}-${build}.json`,
      JSON.stringify({ name: "pytorch", version, build, sha256: `of ${version} ${build}`, timestamp: when }),
    );
  compiler("cc", "12.4.0");
  compiler("c++", "12.4.0");
  record("2.5.1", "cuda126_py311_0", "monday");
  const bin = join(shelf.root, "env/bin");
  const here: Ground = {
    interpreter,
    path: [bin, ...PATH],
    packages: ["torch"],
    roles: ["cc", "cxx"],
    variables: { CC: `${bin}/${target}-cc`, CXX: `${bin}/${target}-c++` },
  };
  await assertNone(here, () => compiler("c++", "12.4.0"));
  await assertNone(here, () => {}, { ...here, variables: { CC: `${target}-cc`, CXX: `${target}-c++` } });
  await assertNone(here, () => record("2.5.1", "cuda126_py311_0", "tuesday"));
  assert.deepEqual(await change(here, () => compiler("c++", "13.3.0")), [
    `tool-changed: ${target}-c++ 12.4.0 -> 13.3.0`,
  ]);
  const first = await look(here);
  const old = first.packages[0]?.files[0]?.path ?? "";
  rmSync(old);
  record("2.5.1", "cuda126_py311_1", "monday");
  assert.deepEqual(reasons(first, await look(here, first)), [
    "package-changed: torch 2.5.1: same version, other content",
  ]);
});

/** conda's layout around the Python of this machine. */
async function condaPython(shelf: Shelf): Promise<Interpreter> {
  const real = await venvOf(OLD);
  const prefix = join(shelf.root, "env");
  return {
    ...real,
    path: shelf.link("env/bin/python", real.identityFiles[0] ?? ""),
    prefix,
    basePrefix: prefix,
    sitePackages: [join(dirname(shelf.at("env/lib/python3.11/site-packages/x")))],
  };
}
