import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import test, { after } from "node:test";
import { failingProject } from "../helpers/failing-outputs.ts";
import { extensionModule, library, put, scratch, thisPython } from "../helpers/native.ts";

const python = await thisPython();
const suffix = python.extSuffix;
const elsewhere = scratch({ after });
const venv = join(elsewhere, "venv");
execFileSync(python.path, ["-m", "venv", "--without-pip", venv]);
const minor = python.version.split(".").slice(0, 2).join(".");
const site = join(venv, "lib", `python${minor}`, "site-packages");

/** As much of torch as looking up an operator takes. */
put(
  join(site, "torch", "__init__.py"),
  `import ctypes
class ops:
    load_library = staticmethod(ctypes.CDLL)
class _C:
    @staticmethod
    def _jit_get_schemas_for_operator(name):
        return []
`,
);

const project = await failingProject({ after }, join(venv, "bin", "python"), {
  name: {
    outputs: [`named/_C${suffix}`],
    require: ["named._C:flash_attn_varlen_func"],
    make: (top) => {
      put(join(top, "named", "__init__.py"), "");
      extensionModule(python, join(top, "named"), "_C");
    },
  },
  operator: {
    outputs: ["libops.so"],
    require: ["torch.ops.mine.rms_norm"],
    make: (top) => void library(join(top, "libops.so"), "int registered;"),
  },
  attribute: {
    outputs: [`attribute/_C${suffix}`],
    require: ["attribute._C:Engine.run"],
    make: (top) => {
      put(join(top, "attribute", "__init__.py"), "");
      extensionModule(python, join(top, "attribute"), "_C", {
        before: `static PyTypeObject Engine = {
  PyVarObject_HEAD_INIT(NULL, 0) .tp_name = "_C.Engine", .tp_basicsize = sizeof(PyObject), .tp_flags = Py_TPFLAGS_DEFAULT};`,
        body: `PyObject *made = PyModule_Create(&definition); PyType_Ready(&Engine);
  PyModule_AddObject(made, "Engine", (PyObject *)&Engine); return made;`,
      });
    },
  },
  copy: {
    outputs: [`copied/_C${suffix}`],
    require: ["copied._C"],
    make: (top) => {
      put(join(top, "copied", "__init__.py"), "");
      extensionModule(python, join(top, "copied"), "_C");
      put(join(site, "copied", "__init__.py"), "");
      extensionModule(python, join(site, "copied"), "_C");
    },
  },
});
test("a name that the module lacks", () => {
  assert.deepEqual(project.told("name"), [
    "name: 1 problem (1 library, 1 module, 1 name checked in N ms)",
    `  named._C:flash_attn_varlen_func: is missing: cannot import name 'flash_attn_varlen_func' from 'named._C' (named/_C${suffix})`,
    "    The module is older than what asks for the name, or was built without it.",
    "    next: rebuild-if-needed --force",
  ]);
});

test("an operator that no library registers", () => {
  assert.deepEqual(project.told("operator"), [
    "operator: 1 problem (1 library, 0 modules, 1 name checked in N ms)",
    "  torch.ops.mine.rms_norm: is not registered by any output",
    "    The libraries are older than what asks for it, or were built without it.",
    "    next: rebuild-if-needed --force",
  ]);
});

test("an attribute that a class of the module lacks", () => {
  assert.deepEqual(project.told("attribute"), [
    "attribute: 1 problem (1 library, 1 module, 1 name checked in N ms)",
    `  attribute._C:Engine.run: is missing: cannot import name 'Engine.run' from 'attribute._C' (attribute/_C${suffix})`,
    "    The module is older than what asks for the name, or was built without it.",
    "    next: rebuild-if-needed --force",
  ]);
});

test("the import takes another copy", () => {
  const other = join(site, "copied", `_C${suffix}`);
  assert.deepEqual(project.told("copy"), [
    "copy: 2 problems (1 library, 1 module, 0 names checked in N ms)",
    `  copied._C: is imported from ${other}, not from copied/_C${suffix}`,
    "    Python finds another copy of the same module first.",
    `    next: move ${other} away or uninstall that copy, then: rebuild-if-needed verify`,
    `  copied/_C${suffix}: is never imported: ${other} comes before it`,
    `    next: uninstall or move ${other} away, then: rebuild-if-needed verify`,
  ]);
});
