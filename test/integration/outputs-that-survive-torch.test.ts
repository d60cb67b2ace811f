import assert from "node:assert/strict";
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { countedCompilers } from "../helpers/compilers.ts";
import { mustRun } from "../helpers/driven-project.ts";
import { createSandbox } from "../helpers/sandbox.ts";
import { keptVenv, venvAt } from "../helpers/venv-copy.ts";

/** Three ways to need torch: its C++ names, its stable C functions through its own headers, and not at all. */
const SOURCES = {
  "cxx.cpp": `namespace at { int get_num_threads(); }
extern "C" int threads() { return at::get_num_threads(); }
`,
  "stable.cpp": `#include <torch/csrc/stable/library.h>
#include <torch/csrc/stable/tensor.h>
static int64_t count(torch::stable::Tensor a) { return a.numel(); }
STABLE_TORCH_LIBRARY(survives, m) { m.def("count(Tensor a) -> int"); }
STABLE_TORCH_LIBRARY_IMPL(survives, CPU, m) { m.impl("count", TORCH_BOX(&count)); }
`,
  "plain.cpp": `extern "C" int twice(int a) { return 2 * a; }
`,
};

const BUILD = `import subprocess, sys, sysconfig
from pathlib import Path

torch = Path(sysconfig.get_path("purelib")) / "torch"
name = sys.argv[1]
needs = [] if name == "plain" else [f"-L{torch}/lib", "-ltorch_cpu", "-lc10"]
subprocess.run(
    ["g++", "-O0", "-std=c++20", "-shared", "-fPIC", f"-I{torch}/include", f"csrc/{name}.cpp", "-o", f"pkg/{name}.so", *needs],
    check=True,
)
`;

function extension(name: string, ...more: readonly string[]): string {
  return `[[extension]]
name = "${name}"
inputs = ["csrc/${name}.cpp", "build.py"]
outputs = ["pkg/${name}.so"]
recipe = [["python", "build.py", "${name}"]]
${more.join("\n")}
`;
}

test("another torch: only what uses its C++ names is rebuilt", async (t) => {
  const box = createSandbox(t);
  const top = await box.repository("project");
  for (const [name, text] of Object.entries(SOURCES)) box.write(join(top, "csrc", name), text);
  box.write(join(top, "build.py"), BUILD);
  box.write(join(top, "pkg/__init__.py"), "");
  box.write(join(top, ".gitignore"), ".venv/\n*.so\n");
  box.write(join(top, "pyproject.toml"), '[build-system]\nrequires = ["torch"]\nbuild-backend = "none"\n');
  const config = [
    'preset = "none"\ninterpreter = ".venv/bin/python"\n',
    extension("cxx"),
    extension("stable", 'require = ["torch.ops.survives.count"]'),
    extension("plain"),
  ];
  box.write(join(top, "rebuild-if-needed.toml"), config.join("\n"));
  await box.commit(top, "first");
  const venv = venvAt(join(top, ".venv"), box.environment["PATH"] ?? "");
  // Second names of the files of a torch that all tests share: only what is replaced becomes this environment's own.
  const source = join(await keptVenv(["torch==2.13.0", "setuptools>=77", "ninja"]), "venv");
  const copied = await box.run(box.root, ["cp", "-al", source, venv.folder]);
  assert.equal(copied.code, 0, copied.stderr);
  const compilers = countedCompilers(box);
  const shell = box.with({ ...venv.activated, PATH: `${compilers.folder}:${venv.activated.PATH}` });
  await mustRun(shell, top, "init", "--yes");
  await mustRun(shell, top);
  assert.equal((await shell.cliJson(top, "check")).json.decision, "fresh");
  const compiled = compilers.starts();
  assert.deepEqual(recordedNames(top), { "torch.ops.survives.count": ["csrc/stable.cpp"] });

  installOther(venv.folder);
  const { json } = await shell.cliJson(top, "check");
  assert.equal(json.decision, "rebuild");
  const changed = "torch 2.13.0+cpu -> 2.13.1+cpu";
  const survived = `${changed}; the outputs use no torch C++ name: they are verified, not rebuilt`;
  assert.deepEqual(
    json.extensions.map(({ name, decision, reasons }) => [
      name,
      decision,
      ...reasons.map(({ text }) => text),
    ]),
    [
      ["cxx", "rebuild", changed],
      ["stable", "restore", survived],
      ["plain", "restore", survived],
    ],
  );
  const ran = await shell.cli(top);
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stderr, /rebuilt and verified: cxx in /);
  assert.match(ran.stderr, /verified as it is: stable in /);
  assert.match(ran.stderr, /verified as it is: plain in /);
  assert.equal(compilers.starts() - compiled, 1);
  assert.equal(recordedNames(top), undefined, "they are those of the torch before");
  assert.equal((await shell.cliJson(top, "check")).json.decision, "fresh");

  await t.test("a torch that has gone is nothing to survive", async () => {
    const site = sitePackages(venv.folder);
    rmSync(join(site, "torch-2.13.1+cpu.dist-info"), { recursive: true });
    const { extensions } = (await shell.cliJson(top, "check")).json;
    assert.deepEqual(
      extensions.map(({ decision }) => decision),
      ["rebuild", "rebuild", "rebuild"],
    );
  });
});

/** The same torch under the next version's string, as a real pip would leave it. */
function installOther(venv: string): void {
  const site = sitePackages(venv);
  replace(join(site, "torch/version.py"), (text) => text.replace("2.13.0", "2.13.1"));
  const info = readdirSync(site).find((name) => /^torch-2\.13\.0.*\.dist-info$/.test(name)) ?? "";
  const next = join(site, info.replace("2.13.0", "2.13.1"));
  renameSync(join(site, info), next);
  replace(join(next, "METADATA"), (text) => text.replace(/^Version: 2\.13\.0/m, "Version: 2.13.1"));
  replace(join(next, "RECORD"), (text) => text.replaceAll(info, info.replace("2.13.0", "2.13.1")));
}

function sitePackages(venv: string): string {
  const [python = ""] = readdirSync(join(venv, "lib")).filter((name) => name.startsWith("python"));
  return join(venv, "lib", python, "site-packages");
}

/** By another file: the old one has other names in other environments. */
function replace(path: string, change: (text: string) => string): void {
  const text = readFileSync(path, "utf8");
  assert.notEqual(change(text), text, `${path} is changed`);
  rmSync(path);
  writeFileSync(path, change(text));
}

/** Native names in the record of the extension `stable`. */
function recordedNames(top: string): unknown {
  const folder = join(top, ".git/rebuild-if-needed/baselines");
  const file = readdirSync(folder).find((name) => name.startsWith("stable%40")) ?? "";
  return (JSON.parse(readFileSync(join(folder, file), "utf8")) as { readonly names?: unknown }).names;
}
