/** A project with vLLM's layout and switches: setup.py compiles its library, or takes it out of the wheel of a commit. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { mustRun } from "./driven-project.ts";
import { createSandbox, type RunResult, type Sandbox } from "./sandbox.ts";

export interface VllmLike {
  readonly box: Sandbox;
  readonly upstream: string;
  /** A clone that has nothing built. */
  readonly top: string;
  /** The person's shell: no compiler on PATH, and `VLLM_USE_PRECOMPILED=1`. */
  readonly shell: Sandbox;
  /** Changes files of upstream's main and commits them; gives the commit. */
  publish(files: Readonly<Record<string, string>>): Promise<string>;
  /** Compiles upstream as it is and keeps the library as the wheel of its commit; gives the wheel's folder. */
  makeWheel(commit: string): Promise<string>;
  /** Git in the clone, with what it started waited for. */
  git(...args: readonly string[]): Promise<RunResult>;
  /** What each run of setup.py did: `wheel COMMIT` or `compile`, then the list begins anew. */
  runs(): string[];
  /** What a fresh interpreter says that the library was compiled from. */
  loaded(): Promise<string>;
}

const FILES: Readonly<Record<string, string>> = {
  ".gitignore": "*.so\n__pycache__/\nvllm/vllm_flash_attn/*\n!vllm/vllm_flash_attn/__init__.py\n",
  "rebuild-if-needed.toml": `[[extension]]
name = "vllm"
recipe = [["python", "setup.py"]]
require = ["vllm._C:value"]
`,
  "vllm/__init__.py": "",
  "vllm/vllm_flash_attn/__init__.py": "# tracked\n",
  "csrc/value.h": "#define VALUE 1\n",
  "requirements/build/cuda.txt": "torch==2.9\n",
  "csrc/core.c": `#define Py_LIMITED_API 0x030800f0
#include <Python.h>
#include "value.h"

static PyObject *value(PyObject *self, PyObject *none) { return PyLong_FromLong(VALUE); }
static PyMethodDef methods[] = {{"value", value, METH_NOARGS, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_C", NULL, -1, methods};
PyMODINIT_FUNC PyInit__C(void) { return PyModule_Create(&module); }
`,
  "setup.py": `import os, shutil, subprocess, sysconfig
from pathlib import Path

place = Path.cwd().parent
location = os.environ.get("VLLM_PRECOMPILED_WHEEL_LOCATION")
precompiled = os.environ.get("VLLM_USE_PRECOMPILED", "").strip().lower() in ("1", "true") or bool(location)
if precompiled:
    # vLLM asks for the branch's name here, which is empty on a detached HEAD, and falls back to the nightly wheel.
    commit = os.environ.get("VLLM_PRECOMPILED_WHEEL_COMMIT", "nightly")
    wheel = Path(location) if location else place / "wheels" / commit
    for file in [file for file in wheel.rglob("*") if file.is_file()]:
        target = file.relative_to(wheel)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    done = f"wheel {location or commit}"
else:
    include = f"-I{sysconfig.get_path('include')}"
    Path("vllm/_C.abi3.so").unlink(missing_ok=True)
    subprocess.run(["gcc", "-O0", "-shared", "-fPIC", include, "csrc/core.c", "-o", "vllm/_C.abi3.so"], check=True)
    done = "compile"
with open(place / "runs", "a") as runs:
    print(done, file=runs)
`,
};

export async function vllmLike(t: Parameters<typeof createSandbox>[0]): Promise<VllmLike> {
  const box = createSandbox(t);
  const upstream = await box.repository("upstream");
  const publish: VllmLike["publish"] = (files) => {
    for (const [path, text] of Object.entries(files)) box.write(join(upstream, path), text);
    return box.commit(upstream, Object.keys(files).join(", "));
  };
  const log = box.path("runs");
  const makeWheel = async (commit: string): Promise<string> => {
    const built = await box.run(upstream, ["python3", "setup.py"]);
    if (built.code !== 0) throw new Error(built.stderr);
    const wheel = box.path("wheels", commit);
    mkdirSync(join(wheel, "vllm"), { recursive: true });
    cpSync(join(upstream, "vllm/_C.abi3.so"), join(wheel, "vllm/_C.abi3.so"));
    rmSync(log);
    return wheel;
  };
  await makeWheel(await publish(FILES));
  const top = box.path("clone");
  await box.git(box.root, "clone", "--quiet", `file://${upstream}`, top);
  const shell = box.with({ PATH: await bareFolder(box), VLLM_USE_PRECOMPILED: "1" });
  return {
    box,
    upstream,
    top,
    shell,
    publish,
    makeWheel,
    async git(...args) {
      const result = await shell.with({ VLLM_USE_PRECOMPILED: undefined }).run(top, ["git", ...args]);
      if (result.code !== 0) throw new Error(`git ${args.join(" ")}\n${result.stdout}${result.stderr}`);
      await mustRun(box, top, "wait");
      return result;
    },
    runs() {
      const lines = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
      rmSync(log, { force: true });
      return lines;
    },
    async loaded() {
      const code = "import sys; sys.path.insert(0, sys.argv[1]); from vllm import _C; print(_C.value())";
      const { stdout, stderr } = await box.run(box.root, ["python3", "-B", "-c", code, top]);
      return `${stdout}${stderr}`.trim();
    },
  };
}

/** A folder for PATH with what git, its hooks and we need, and no compiler. */
async function bareFolder(box: Sandbox): Promise<string> {
  const folder = box.path("programs");
  const names = "git python3 sh env node stat cat dirname basename mkdir rm sed uname".split(" ");
  const lookUp = `for name; do ln -s "$(command -v "$name")" "$FOLDER/$name"; done`;
  mkdirSync(folder, { recursive: true });
  const linked = await box.run(box.root, ["sh", "-c", lookUp, "sh", ...names], {
    env: { FOLDER: folder, PATH: `${dirname(process.execPath)}:${box.environment["PATH"] ?? ""}` },
  });
  if (linked.code !== 0) throw new Error(linked.stderr);
  return folder;
}
