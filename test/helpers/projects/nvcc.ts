import { ADD, type Functions, moduleBody } from "./cpython-module.ts";
import { GITIGNORE, type Project, writeProject } from "./project.ts";

/** A `.cu` compiled by nvcc to a module that imports without a GPU; a configured recipe. */
export function nvccProject(folder: string, functions: Functions = ADD): Project {
  return writeProject(
    folder,
    { source: "csrc/kernel.cu", module: "tinykernels._cuda", build: ["python", "build.py"] },
    {
      ".gitignore": GITIGNORE,
      "README.md": "# tinykernels\n",
      "rebuild-if-needed.toml": CONFIG,
      "build.py": BUILD,
      "csrc/kernel.cuh": KERNEL,
      "csrc/kernel.cu": `#include <Python.h>\n#include "kernel.cuh"\n${moduleBody("_cuda", functions)}`,
      "tinykernels/__init__.py": "",
    },
  );
}

const KERNEL = `#pragma once
__global__ void fill(float *x, float value) { x[blockIdx.x * blockDim.x + threadIdx.x] = value; }
inline void launch_fill(float *x, int n, float value) { fill<<<n / 32, 32>>>(x, value); }
`;

const CONFIG = `[[extension]]
name = "kernels"
inputs = ["csrc/**", "build.py"]
outputs = ["tinykernels/*.so"]
recipe = [["python", "build.py"]]
require = ["tinykernels._cuda:add"]
`;

const BUILD = `import subprocess, sys, sysconfig

include = sysconfig.get_path("include")
output = "tinykernels/_cuda" + sysconfig.get_config_var("EXT_SUFFIX")
sys.exit(subprocess.call(
    ["nvcc", "-shared", "-Xcompiler", "-fPIC", "-I", include, "csrc/kernel.cu", "-o", output]
))
`;
