import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findInterpreter, probeInterpreter } from "../../src/fingerprint/interpreter.ts";
import type { Interpreter } from "../../src/model.ts";

/** The Python on PATH. */
export async function thisPython(): Promise<Interpreter> {
  const found = findInterpreter("/", null, { PATH: process.env["PATH"] });
  if (!found.ok || found.value === null) throw new Error("there is no python3 on PATH");
  const probed = await probeInterpreter(found.value);
  if (!probed.ok) throw new Error(probed.failure.message);
  return probed.value;
}

/** The extension modules of the standard library. */
export function standardModules(python: Interpreter): string[] {
  const question = "import sysconfig; print(sysconfig.get_config_var('DESTSHARED'))";
  const folder = execFileSync(python.path, ["-c", question], { encoding: "utf8" }).trim();
  const modules = readdirSync(folder).filter((name) => name.endsWith(".so"));
  if (modules.length < 30) throw new Error(`${modules.length} modules in ${folder}`);
  return modules.map((name) => join(folder, name));
}

/** A temp folder that is gone when the test has ended. */
export function scratch(t: { after(task: () => void): void }): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "rebuild-if-needed-native-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function put(path: string, content: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** Compiles a shared library from C text. */
export function library(path: string, source: string, ...flags: readonly string[]): string {
  mkdirSync(dirname(path), { recursive: true });
  const input = `${path}.c`;
  writeFileSync(input, source);
  execFileSync("gcc", ["-shared", "-fPIC", "-O1", "-o", path, input, ...flags], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  rmSync(input);
  return path;
}

/** C text of an extension module; `body` runs when it is imported, and `before` stands above. */
export function moduleSource(name: string, { body = "", before = "" } = {}): string {
  return `#include <Python.h>
#include <stdlib.h>
#include <unistd.h>
${before}
static PyObject *answer(PyObject *self, PyObject *args) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {0}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "${name}", 0, -1, methods};
PyMODINIT_FUNC PyInit_${name}(void) { ${body} return PyModule_Create(&definition); }
`;
}

/** Compiles an extension module `<folder>/<name><suffix>`. */
export function extensionModule(
  python: Interpreter,
  folder: string,
  name: string,
  options: { body?: string; before?: string; suffix?: string; flags?: readonly string[] } = {},
): string {
  const path = join(folder, `${name}${options.suffix ?? python.extSuffix}`);
  return library(path, moduleSource(name, options), `-I${python.includeDir}`, ...(options.flags ?? []));
}
