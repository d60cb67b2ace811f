import { ADD, type Functions } from "./cpython-module.ts";
import { GITIGNORE, type Project, writeProject } from "./project.ts";

/** Operators of torch, on the CPU, registered by TORCH_LIBRARY; needs torch, setuptools and ninja. */
export function torchProject(folder: string, functions: Functions = ADD): Project {
  return writeProject(
    folder,
    {
      source: "csrc/ops.cpp",
      module: "tinykernels._C",
      build: ["python", "setup.py", "build_ext", "--inplace"],
    },
    {
      ".gitignore": GITIGNORE,
      "README.md": "# tinykernels\n",
      "pyproject.toml": PYPROJECT,
      "setup.py": SETUP,
      "csrc/ops.cpp": torchOperators(functions),
      "tinykernels/__init__.py": "import torch\n\nfrom tinykernels import _C\n",
    },
  );
}

/** C++ source that registers `torch.ops.tinykernels.<name>`, each of two tensors `a` and `b`. */
export function torchOperators(functions: Functions): string {
  const bodies = Object.entries(functions).map(
    ([name, expression]) =>
      `at::Tensor tk_${name}(const at::Tensor &a, const at::Tensor &b) { return ${expression}; }\n`,
  );
  const names = Object.keys(functions);
  return `#include <Python.h>
#include <ATen/ATen.h>
#include <torch/library.h>

${bodies.join("")}
TORCH_LIBRARY(tinykernels, m) {
${names.map((name) => `    m.def("${name}(Tensor a, Tensor b) -> Tensor");\n`).join("")}}

TORCH_LIBRARY_IMPL(tinykernels, CPU, m) {
${names.map((name) => `    m.impl("${name}", &tk_${name});\n`).join("")}}

static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_C", nullptr, -1, nullptr};

PyMODINIT_FUNC PyInit__C() { return PyModule_Create(&definition); }
`;
}

const PYPROJECT = `[build-system]
requires = ["setuptools", "torch"]
build-backend = "setuptools.build_meta"

[project]
name = "tinykernels"
version = "0.1"
`;

const SETUP = `from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CppExtension

setup(
    packages=["tinykernels"],
    ext_modules=[CppExtension("tinykernels._C", ["csrc/ops.cpp"], extra_compile_args=["-O0", "-g0"])],
    cmdclass={"build_ext": BuildExtension},
)
`;
