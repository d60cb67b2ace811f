/** A process that has the library mapped goes on with the one that it loaded, whatever takes its place on disk. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import test, { type TestContext } from "node:test";
import { mustRun } from "../helpers/driven-project.ts";
import { createSandbox, type Sandbox } from "../helpers/sandbox.ts";

/** Far more than what a loader reads at once: a page that was never touched is read from the file when it is asked for. */
const PAGES = 2000;

const SOURCE = `#include <Python.h>
#define VALUE 1
__attribute__((section(".rodata"))) static const volatile unsigned char pages[${PAGES} * 4096] = {VALUE, [${PAGES} * 4096 - 1] = VALUE};
static PyObject *value(PyObject *self, PyObject *none) {
    long sum = 0;
    for (long at = 0; at < sizeof pages; at += 4096) sum += pages[at];
    return PyLong_FromLong(sum * 100 + pages[sizeof pages - 1]);
}
static PyMethodDef methods[] = {{"value", value, METH_NOARGS, ""}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_C", 0, -1, methods};
PyMODINIT_FUNC PyInit__C(void) { return PyModule_Create(&module); }
`;

/** Writes into the file that is there, as `cp` does: the worst that a recipe may do to whoever has it mapped. */
const RECIPE = `import shutil, subprocess, sysconfig
include = sysconfig.get_paths()["include"]
subprocess.check_call(["gcc", "-shared", "-fPIC", "-I" + include, "csrc/core.c", "-o", "csrc/core.so"])
with open("csrc/core.so", "rb") as made, open("pkg/_C.so", "wb") as target:
    shutil.copyfileobj(made, target)
`;

const CONFIG = `preset = "none"

[[extension]]
name = "core"
inputs = ["csrc/*.c", "build.py"]
outputs = ["pkg/*.so"]
recipe = [["python", "build.py"]]
`;

const ASKED = `import sys
from pkg import _C
for line in sys.stdin:
    print(_C.value() if line == "value\\n" else "ready", flush=True)
`;

test("a process that maps the old library goes on over a rebuild, a restore and an undo", async (t) => {
  const box = createSandbox(t);
  const top = await box.repository("project");
  const files = {
    ".gitignore": "*.so\n__pycache__/\n",
    "rebuild-if-needed.toml": CONFIG,
    "build.py": RECIPE,
    "csrc/core.c": SOURCE,
    "pkg/__init__.py": "",
  };
  for (const [path, text] of Object.entries(files)) box.write(join(top, path), text);
  await box.commit(top, "first");
  await mustRun(box, top, "init", "--yes");
  await mustRun(box, top);

  const old = await loaded(t, box, top);
  box.write(join(top, "csrc/core.c"), SOURCE.replace("VALUE 1", "VALUE 2"));
  await mustRun(box, top);
  const next = await loaded(t, box, top);
  const alsoNext = await loaded(t, box, top);
  assert.equal(await old.ask("value"), "101", "its untouched pages are those of the build that it loaded");
  assert.equal(await next.ask("value"), "202");

  box.write(join(top, "csrc/core.c"), SOURCE);
  const back = await box.cli(top);
  assert.match(back.stdout + back.stderr, /restored: core/);
  assert.equal(await alsoNext.ask("value"), "202");
  const restored = await loaded(t, box, top);
  await mustRun(box, top, "undo");
  assert.equal(await restored.ask("value"), "101");
  assert.equal(await (await loaded(t, box, top)).ask("value"), "202");
});

interface Asked {
  ask(what: "ready" | "value"): Promise<string>;
}

/** A Python that has loaded the library, and has touched as good as nothing of it. */
async function loaded(t: TestContext, box: Sandbox, top: string): Promise<Asked> {
  const child = spawn("python3", ["-c", ASKED], {
    cwd: top,
    env: box.environment,
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => child.kill());
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, "exit").then(([code, signal]) => {
    throw new Error(`it died: ${String(code)} ${String(signal)}`);
  });
  ended.catch(() => {});
  const asked: Asked = {
    async ask(what) {
      child.stdin.write(`${what}\n`);
      const [line] = (await Promise.race([once(lines, "line"), ended])) as [string];
      return line;
    },
  };
  assert.equal(await asked.ask("ready"), "ready");
  return asked;
}
