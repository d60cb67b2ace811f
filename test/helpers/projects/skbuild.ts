import { ADD, cpythonModule, type Functions } from "./cpython-module.ts";
import { GITIGNORE, type Project, writeProject } from "./project.ts";

/** scikit-build-core, installed editable: the module goes into the environment; needs scikit-build-core. */
export function skbuildProject(folder: string, functions: Functions = ADD): Project {
  return writeProject(
    folder,
    {
      source: "csrc/ops.cpp",
      module: "tinykernels._C",
      build: ["python", "-m", "pip", "install", "--no-build-isolation", "--no-deps", "-e", "."],
    },
    {
      ".gitignore": GITIGNORE,
      "README.md": "# tinykernels\n",
      "pyproject.toml": PYPROJECT,
      "CMakeLists.txt": LISTS,
      "csrc/ops.cpp": cpythonModule("_C", functions),
      "tinykernels/__init__.py": "",
    },
  );
}

const PYPROJECT = `[build-system]
requires = ["scikit-build-core"]
build-backend = "scikit_build_core.build"

[project]
name = "tinykernels"
version = "0.1"

[tool.scikit-build]
wheel.packages = ["tinykernels"]
build-dir = "build/{wheel_tag}"
`;

const LISTS = `cmake_minimum_required(VERSION 3.18)
project(tinykernels LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 17)
find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
Python_add_library(_C MODULE WITH_SOABI csrc/ops.cpp)
install(TARGETS _C DESTINATION tinykernels)
`;
