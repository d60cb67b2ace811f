import { ADD, cpythonModule, type Functions } from "./cpython-module.ts";
import { GITIGNORE, type Project, writeProject } from "./project.ts";

/** CMake alone builds the module into the package's folder; there is no Python build backend. */
export function cmakeProject(folder: string, functions: Functions = ADD): Project {
  return writeProject(
    folder,
    {
      source: "csrc/ops.cpp",
      module: "tinykernels._C",
      build: ["sh", "-c", "cmake -S . -B build && cmake --build build"],
    },
    {
      ".gitignore": GITIGNORE,
      "README.md": "# tinykernels\n",
      "CMakeLists.txt": LISTS,
      "csrc/ops.cpp": cpythonModule("_C", functions),
      "tinykernels/__init__.py": "",
    },
  );
}

const LISTS = `cmake_minimum_required(VERSION 3.18)
project(tinykernels LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 17)
find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
Python_add_library(_C MODULE WITH_SOABI csrc/ops.cpp)
set_target_properties(_C PROPERTIES LIBRARY_OUTPUT_DIRECTORY \${CMAKE_SOURCE_DIR}/tinykernels)
`;
