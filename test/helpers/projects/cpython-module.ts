/** Functions of two numbers: name to a C++ expression of `a` and `b`. */
export type Functions = Readonly<Record<string, string>>;

export const ADD: Functions = { add: "a + b" };

/** C++ source of an extension module with the CPython API. */
export function cpythonModule(module: string, functions: Functions): string {
  return `#include <Python.h>
${moduleBody(module, functions)}`;
}

/** The same without its include, for sources that need other headers first. */
export function moduleBody(module: string, functions: Functions): string {
  const bodies = Object.entries(functions).map(
    ([name, expression]) => `
static PyObject *py_${name}(PyObject *, PyObject *args) {
    double a, b;
    if (!PyArg_ParseTuple(args, "dd", &a, &b)) return nullptr;
    return PyFloat_FromDouble(${expression});
}
`,
  );
  const rows = Object.keys(functions).map((name) => `    {"${name}", py_${name}, METH_VARARGS, nullptr},\n`);
  return `${bodies.join("")}
static PyMethodDef methods[] = {
${rows.join("")}    {nullptr, nullptr, 0, nullptr},
};

static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "${module}", nullptr, -1, methods};

PyMODINIT_FUNC PyInit_${module}() { return PyModule_Create(&definition); }
`;
}
