import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after } from "node:test";
import { failingProject } from "../helpers/failing-outputs.ts";
import { extensionModule, library, put, thisPython } from "../helpers/native.ts";

const python = await thisPython();
const suffix = python.extSuffix;

function packageIn(top: string, name: string, init = ""): string {
  put(join(top, name, "__init__.py"), init);
  return join(top, name);
}

const project = await failingProject({ after }, python.path, {
  entryless: {
    outputs: [`entryless/_C${suffix}`],
    require: ["entryless._C"],
    make: (top) => void library(join(packageIn(top, "entryless"), `_C${suffix}`), "int no_entry;"),
  },
  misnamed: {
    outputs: [`misnamed/_C${suffix}`],
    require: ["misnamed._C"],
    make: (top) => {
      const folder = packageIn(top, "misnamed");
      const module = extensionModule(python, folder, "_extension");
      writeFileSync(join(folder, `_C${suffix}`), readFileSync(module));
      rmSync(module);
    },
  },
  foreign: {
    outputs: ["foreign/_C.cpython-27-x86_64-linux-gnu.so"],
    make: (top) =>
      void extensionModule(python, packageIn(top, "foreign"), "_C", {
        suffix: ".cpython-27-x86_64-linux-gnu.so",
      }),
  },
  truncated: {
    outputs: [`truncated/_C${suffix}`],
    make: (top) => {
      const module = extensionModule(python, packageIn(top, "truncated"), "_C");
      writeFileSync(module, readFileSync(module).subarray(0, 9000));
    },
  },
  replaced: {
    outputs: [`replaced/_C${suffix}`],
    make: (top) =>
      void put(
        join(packageIn(top, "replaced"), `_C${suffix}`),
        "version https://git-lfs.github.com/spec/v1\n",
      ),
  },
  emptied: {
    outputs: ["emptied/glue.py"],
    require: ["emptied.glue:flash_attn_varlen_func"],
    make: (top) => void put(join(packageIn(top, "emptied"), "glue.py"), ""),
  },
  gone: {
    outputs: ["gone/glue.py"],
    require: ["gone.glue:flash_attn_varlen_func"],
    make: (top) => void packageIn(top, "gone"),
  },
  stale: {
    outputs: [`stale/_C${suffix}`, "stale/glue.py"],
    require: ["stale.glue:run"],
    make: (top) => {
      extensionModule(python, packageIn(top, "stale"), "_C");
      put(join(top, "stale", "glue.py"), "from ._C import removed_since as run\n");
    },
  },
});
test("no PyInit", () => {
  assert.deepEqual(project.told("entryless"), noEntry("entryless"));
});

test("PyInit of another name", () => {
  assert.deepEqual(project.told("misnamed"), noEntry("misnamed"));
});

test("built for another Python", () => {
  assert.deepEqual(project.told("foreign"), [
    "foreign: 1 problem (1 library, 0 modules, 0 names checked in N ms)",
    "  foreign/_C.cpython-27-x86_64-linux-gnu.so: cannot be loaded",
    `    It was built for Python 2.7; this interpreter is Python ${python.version} and imports only *${suffix} and abi3 modules.`,
    "    next: rebuild-if-needed --force",
  ]);
});

test("a file that was cut short", () => {
  const [, , cause = ""] = project.told("truncated");
  assert.deepEqual(project.told("truncated"), [
    "truncated: 1 problem (1 library, 0 modules, 0 names checked in N ms)",
    `  truncated/_C${suffix}: cannot be loaded`,
    `    The file is broken: it is cut short: ${/(\d+) bytes expected/.exec(cause)?.[1]} bytes expected, 9000 there.`,
    "    next: rebuild-if-needed --force",
  ]);
});

test("a file that was replaced by hand", () => {
  assert.deepEqual(project.told("replaced"), [
    "replaced: 1 problem (1 library, 0 modules, 0 names checked in N ms)",
    `  replaced/_C${suffix}: does not load: ImportError: ${project.top}/replaced/_C${suffix}: file too short`,
    "    It is no library: cut short, or replaced by something else (such as a Git LFS pointer).",
    "    next: rebuild-if-needed --force",
  ]);
});

test("Python glue that was emptied", () => {
  assert.deepEqual(project.told("emptied"), [
    "emptied: 1 problem (0 libraries, 1 module, 1 name checked in N ms)",
    "  emptied.glue:flash_attn_varlen_func: is missing: cannot import name 'flash_attn_varlen_func' from 'emptied.glue' (emptied/glue.py)",
    "    The file is empty.",
    "    next: rebuild-if-needed --force",
    "  warning: emptied/glue.py: is empty",
  ]);
});

test("Python glue that is not there", () => {
  assert.deepEqual(project.told("gone"), [
    "gone: 1 problem (0 libraries, 1 module, 1 name checked in N ms)",
    "  gone.glue: cannot be imported: ModuleNotFoundError: No module named 'gone.glue'",
    "    Nothing of that name is there: it has not been built, or was removed since.",
    "    next: rebuild-if-needed --force",
  ]);
});

test("Python glue of another build than the library", () => {
  assert.deepEqual(project.told("stale"), [
    "stale: 1 problem (1 library, 1 module, 1 name checked in N ms)",
    `  stale.glue: cannot be imported: ImportError: cannot import name 'removed_since' from 'stale._C' (${project.top}/stale/_C${suffix})`,
    "    stale._C and the code that asks for the name are of different builds.",
    "    next: rebuild-if-needed --force",
  ]);
});

function noEntry(name: string): string[] {
  return [
    `${name}: 1 problem (1 library, 1 module, 0 names checked in N ms)`,
    `  ${name}._C: cannot be imported: ImportError: dynamic module does not define module export function (PyInit__C)`,
    "    Its file name and the name in PYBIND11_MODULE, TORCH_EXTENSION_NAME or PyInit_... differ, or the file is cut short.",
    "    next: rebuild-if-needed --force",
    `  warning: ${name}/_C${suffix}: It has no PyInit__C, so it cannot be imported as a module, only loaded (torch.ops.load_library).`,
  ];
}
