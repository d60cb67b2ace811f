import { ADD, cpythonModule, type Functions } from "./cpython-module.ts";
import { GITIGNORE, type Project, writeProject } from "./project.ts";

/** A package with one C++ module, for `build_ext --inplace` or an editable install; needs setuptools. */
export function setuptoolsProject(folder: string, functions: Functions = ADD): Project {
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
      "csrc/ops.cpp": cpythonModule("_C", functions),
      "tinykernels/__init__.py": "",
    },
  );
}

const PYPROJECT = `[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "tinykernels"
version = "0.1"
`;

const SETUP = `from setuptools import Extension, setup

setup(
    packages=["tinykernels"],
    ext_modules=[
        Extension("tinykernels._C", ["csrc/ops.cpp"], language="c++", extra_compile_args=["-std=c++17"])
    ],
)
`;
