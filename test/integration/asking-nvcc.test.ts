import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { askedProject } from "../helpers/asked-project.ts";
import { withoutLaunchers } from "../helpers/without-launchers.ts";
import { moduleBody } from "../helpers/projects/cpython-module.ts";

const COMPILER = "nvcc";
const isThere = spawnSync(COMPILER, ["--version"]).status === 0;
/** Under CI a missing compiler is a failure, not a reason to skip. */
const skip = isThere || process.env["CI"] !== undefined ? false : `there is no ${COMPILER} on PATH`;

const FILES = {
  "rebuild-if-needed.toml": `[[extension]]
name = "kernels"
inputs = ["csrc/**", "build.py"]
outputs = ["tiny/*.so"]
recipe = [["python", "build.py"]]
`,
  "build.py": `import subprocess, sys, sysconfig

include = sysconfig.get_path("include")
output = "tiny/_cuda" + sysconfig.get_config_var("EXT_SUFFIX")
sys.exit(subprocess.call(
    ["nvcc", "-shared", "-Xcompiler", "-fPIC", "-I", include, "csrc/kernel.cu", "-o", output]
))
`,
  "csrc/kernel.cu": `#include <Python.h>
#include "kernel.cuh"
#ifdef __CUDA_ARCH__
#include "device-only.cuh"
#endif
${moduleBody("_cuda", { add: "a + b" })}`,
  "csrc/kernel.cuh": "__global__ void fill(float *x) { *x = 1; }\n",
  "csrc/device-only.cuh": "\n",
  "csrc/unused.cuh": "\n",
  "tiny/__init__.py": "",
};

test("nvcc tells of headers that only the device's pass reads", { skip }, async (t) => {
  const project = await askedProject(t, FILES, [], withoutLaunchers);
  assert.deepEqual(await project.build(), {
    files: ["csrc/device-only.cuh", "csrc/kernel.cu", "csrc/kernel.cuh"],
    by: ["depfiles"],
  });
});
