import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import test, { after } from "node:test";
import { failingProject } from "../helpers/failing-outputs.ts";
import { extensionModule, library, put, scratch, thisPython } from "../helpers/native.ts";

const python = await thisPython();
const suffix = python.extSuffix;
/** Libraries as they were where the extensions were built. */
const elsewhere = scratch({ after });
const venv = join(elsewhere, "venv");
execFileSync(python.path, ["-m", "venv", "--without-pip", venv]);
const minor = python.version.split(".").slice(0, 2).join(".");
/** Its site-packages, with the torch that is installed now. */
const site = join(venv, "lib", `python${minor}`, "site-packages");

function cpp(path: string, source: string, ...flags: readonly string[]): string {
  const input = put(`${path}.cpp`, source);
  execFileSync("g++", ["-shared", "-fPIC", "-o", path, input, ...flags]);
  rmSync(input);
  return path;
}

/** A library of that name whose function has a symbol version that the real one lacks. */
function newer(soname: string, name: string, version: string): string {
  const script = put(join(elsewhere, `${version}.map`), `${version} { global: ${name}; };\n`);
  const path = join(elsewhere, soname);
  return library(path, `int ${name}(void) { return 1; }`, `-Wl,--version-script=${script},-soname,${soname}`);
}

const DEVICE = "namespace c10::cuda { void SetDevice(signed char); }";
const SCHEMA = `#include <string>
namespace torch::jit { void parseSchemaOrName(const std::string &, bool); }`;
const NEW_TORCH = `#include <string>
namespace c10::cuda { void SetDevice(signed char, bool) {} }
namespace torch::jit { void parseSchemaOrName(const std::string &, bool) {} }`;
const FROM_TORCH = [`-L${elsewhere}`, "-Wl,--no-as-needed,--unresolved-symbols=ignore-all", "-lc10"];

library(join(elsewhere, "libc10.so"), "int old;", "-Wl,-soname,libc10.so");
put(join(site, "torch", "version.py"), "__version__ = '2.9.0+cpu'\n");
put(join(site, "torch", "__init__.py"), "");
put(join(site, "torch", "lib", "README"), "");
cpp(join(site, "torch", "lib", "libc10.so"), NEW_TORCH, "-Wl,-soname,libc10.so");
library(join(elsewhere, "libcudart.so.12"), "int cudaOld(void) { return 1; }", "-Wl,-soname,libcudart.so.12");

/** An extension module that calls one C function of one library. */
function calling(name: string, ...flags: readonly string[]): (top: string) => void {
  return (top) =>
    void extensionModule(python, top, "_C", { before: `int ${name}(void);`, body: `${name}();`, flags });
}

const project = await failingProject({ after }, join(venv, "bin", "python"), {
  torch: {
    outputs: ["torch.so"],
    make: (top) =>
      void cpp(join(top, "torch.so"), `${DEVICE} void use() { c10::cuda::SetDevice(0); }`, ...FROM_TORCH),
  },
  strings: {
    outputs: ["strings.so"],
    make: (top) =>
      void cpp(
        join(top, "strings.so"),
        `#define _GLIBCXX_USE_CXX11_ABI 0\n${SCHEMA} void use(const std::string &a) { torch::jit::parseSchemaOrName(a, true); }`,
        ...FROM_TORCH,
      ),
  },
  cudart: {
    outputs: [`cudart/_C${suffix}`],
    make: (top) => calling("cudaOld", join(elsewhere, "libcudart.so.12"))(join(top, "cudart")),
  },
  glibc: {
    outputs: [`glibc/_C${suffix}`],
    make: (top) => calling("fnew", newer("libm.so.6", "fnew", "GLIBC_2.99"))(join(top, "glibc")),
  },
  glibcxx: {
    outputs: [`glibcxx/_C${suffix}`],
    make: (top) => calling("newer", newer("libstdc++.so.6", "newer", "GLIBCXX_3.4.99"))(join(top, "glibcxx")),
  },
  abi3: {
    outputs: ["abi3/_C.abi3.so"],
    make: (top) =>
      void extensionModule(python, join(top, "abi3"), "_C", {
        before: "int _PyOther_Private(void);",
        body: "_PyOther_Private();",
        suffix: ".abi3.so",
      }),
  },
});

test("undefined symbol after another torch", () => {
  assert.deepEqual(project.told("torch"), [
    "torch: 1 problem (1 library, 0 modules, 0 names checked in N ms)",
    "  torch.so: has undefined symbols: c10::cuda::SetDevice(signed char) (_ZN3c104cuda9SetDeviceEa)",
    "    It was built against another torch than torch 2.9.0+cpu.",
    "    next: rebuild-if-needed --force",
  ]);
});
test("C++ string ABI", () => {
  assert.deepEqual(project.told("strings"), [
    "strings: 1 problem (1 library, 0 modules, 0 names checked in N ms)",
    "  strings.so: has undefined symbols: torch::jit::parseSchemaOrName(std::string const&, bool) (_ZN5torch3jit17parseSchemaOrNameERKSsb)",
    "    C++ string ABI differs: it was compiled with _GLIBCXX_USE_CXX11_ABI=0, torch 2.9.0+cpu with 1.",
    "    next: rebuild-if-needed --force",
  ]);
});
test("NEEDED library gone", () => {
  assert.deepEqual(project.told("cudart"), [
    "cudart: 1 problem (1 library, 0 modules, 0 names checked in N ms)",
    `  cudart/_C${suffix}: needs libcudart.so.12, not found`,
    "    libcudart.so.12 is not here: it was built against another CUDA major version.",
    "    next: rebuild-if-needed --force",
  ]);
});
test("GLIBC too new", () => {
  assert.deepEqual(project.told("glibc"), [
    "glibc: 1 problem (1 library, 0 modules, 0 names checked in N ms)",
    `  glibc/_C${suffix}: has undefined symbols: fnew@GLIBC_2.99`,
    "    It was built on a system with a newer C library: this one has no GLIBC_2.99.",
    "    next: rebuild-if-needed --force",
  ]);
});
test("GLIBCXX too new", () => {
  const runtime =
    project
      .told("glibcxx")
      .join()
      .match(/\S+libstdc\+\+\.so\.6/)?.[0] ?? "no libstdc++";
  assert.deepEqual(project.told("glibcxx"), [
    "glibcxx: 1 problem (1 library, 0 modules, 0 names checked in N ms)",
    `  glibcxx/_C${suffix}: has undefined symbols: newer@GLIBCXX_3.4.99`,
    `    The compiler is newer than the C++ runtime: ${runtime} has no GLIBCXX_3.4.99.`,
    "    next: rebuild-if-needed --force",
  ]);
});
test("abi3 misuse", () => {
  assert.deepEqual(project.told("abi3"), [
    "abi3: 1 problem (1 library, 0 modules, 0 names checked in N ms)",
    "  abi3/_C.abi3.so: has undefined symbols: _PyOther_Private",
    `    It is named abi3, but uses _PyOther_Private, which is no part of the stable ABI and which Python ${python.version} lacks.`,
    "    next: rebuild-if-needed --force",
  ]);
});
