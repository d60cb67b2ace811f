import assert from "node:assert/strict";
import test from "node:test";
import { askedProject } from "../helpers/asked-project.ts";
import { cpythonModule } from "../helpers/projects.ts";

const BUILD = `import os, subprocess, sysconfig

top = os.getcwd()
os.makedirs("build", exist_ok=True)
with open("build/build.ninja", "w") as manifest:
    manifest.write(f"""ninja_required_version = 1.3
cxx = c++

cflags = -fPIC -I{sysconfig.get_path("include")}

rule compile
  command = $cxx -MMD -MF $out.d $cflags -c $in -o $out
  depfile = $out.d
  deps = gcc

build {top}/build/./ops.o: compile {top}/csrc/ops.cpp
build {top}/build/more.o: compile {top}/csrc/more.cpp

default {top}/build/ops.o
default {top}/build/more.o
""")
subprocess.check_call(["ninja"], cwd="build")
output = "tiny/_C" + sysconfig.get_config_var("EXT_SUFFIX")
subprocess.check_call(["c++", "-shared", "build/ops.o", "build/more.o", "-o", output])
`;

const FILES = {
  "rebuild-if-needed.toml": `[[extension]]
name = "tiny"
inputs = ["csrc/**", "build.py"]
outputs = ["tiny/*.so"]
build-dirs = ["build"]
recipe = [["python", "build.py"]]
`,
  "build.py": BUILD,
  "csrc/ops.cpp": `#include "table.def"\n${cpythonModule("_C", { add: "a + b" })}`,
  "csrc/more.cpp": "int more() { return 1; }\n",
  "csrc/table.def": "\n",
  "csrc/unused.h": "\n",
  "tiny/__init__.py": "",
};

test("a ninja that makes objects only, as torch's extension builder has it, tells what it read", async (t) => {
  const project = await askedProject(t, FILES, []);
  assert.deepEqual(await project.build(), {
    files: ["csrc/more.cpp", "csrc/ops.cpp", "csrc/table.def"],
    by: ["ninja-deps"],
  });

  await t.test("but nothing where an object of the library came from elsewhere", async () => {
    project.write("csrc/other.cpp", "int other() { return 2; }\n");
    project.write("build.py", BUILD.replace('"build/more.o"', '"build/more.o", "csrc/other.cpp", "-fPIC"'));
    assert.match(await project.note(), /nobody tells how other\.cpp .* was compiled/);
  });
});
