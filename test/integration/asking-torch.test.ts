import assert from "node:assert/strict";
import test from "node:test";
import { askedProject } from "../helpers/asked-project.ts";
import { torchOperators } from "../helpers/projects.ts";
import { sharedVenv } from "../helpers/venv-copy.ts";

const FILES = {
  "pyproject.toml":
    '[build-system]\nrequires = ["setuptools", "torch"]\nbuild-backend = "setuptools.build_meta"\n',
  "rebuild-if-needed.toml": `[[extension]]
name = "tiny"
inputs = ["csrc/**", "setup.py"]
outputs = ["tiny/*.so"]
build-dirs = ["build"]
recipe = [["python", "setup.py", "build_ext", "--inplace"]]
`,
  "setup.py": `from setuptools import setup
from torch.utils.cpp_extension import BuildExtension, CppExtension

setup(
    name="tiny",
    packages=["tiny"],
    ext_modules=[CppExtension("tiny._C", ["csrc/ops.cpp"])],
    cmdclass={"build_ext": BuildExtension},
)
`,
  "csrc/ops.cpp": `#include "table.def"\n${torchOperators({ add: "a + b" })}`,
  "csrc/table.def": "\n",
  "csrc/unused.h": "\n",
  "tiny/__init__.py": "",
};

test("torch's extension builder, whose ninja makes objects only, tells what it read", async (t) => {
  const project = await askedProject(t, FILES, (box) =>
    sharedVenv(box, ["torch==2.13.0", "setuptools>=77", "ninja"]),
  );
  assert.deepEqual(await project.build(), {
    files: ["csrc/ops.cpp", "csrc/table.def"],
    by: ["ninja-deps"],
  });
});
