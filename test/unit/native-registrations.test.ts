import assert from "node:assert/strict";
import test from "node:test";
import { readCTokens } from "../../src/verify/contract/c-tokens.ts";
import { readCythonNames } from "../../src/verify/contract/cython-names.ts";
import { OWN_NAME, readRegistrations } from "../../src/verify/contract/registrations.ts";

/** One line for each registration: `kind space::name (conditions) schema`. */
function told(source: string): string[] {
  return readRegistrations(source).map(({ kind, space, name, schema, line, conditions }) => {
    const where = (space ?? "?").replaceAll(OWN_NAME, "OWN");
    const under = conditions.length === 0 ? "" : ` [${conditions.join(", ")}]`;
    return `${line} ${kind} ${where}${name === "" ? "" : `::${name}`}${under}${schema === null ? "" : ` = ${schema}`}`;
  });
}

test("what a Cython file gives to Python", () => {
  const source = `# cython: language_level=3
"""def not_this(a):
not_this_either = 1
"""
"""Of #1, and 5" long.
not_this_too = 1"""
"""Of #1."""
cimport numpy as np
from libc.math cimport sin
DEF SIZE = 3
LIMIT = 'a"""'  # """
names = [
    "x",
]
x == y
def run(int a,
        b=2):
    inner = 1
cpdef int both(int a): return a
cpdef np.ndarray[double, ndim=2] table(x): pass
cpdef plain(x): pass
cdef int hidden(int a): return a
cdef int COUNT = 4
cdef class Thing(Base):
    def method(self): pass
cdef public class Shown [object S, type T]: pass
class Other: pass
cpdef enum Color:
    RED = 1
@cython.internal
@cython.final
cdef class Inside:
    pass
@cython.final
cdef class Outside:
    pass
async def later(): pass
if x:
    guarded = 1
`;
  const [module, ...names] = readCythonNames(source);
  assert.deepEqual([module?.kind, module?.space], ["module", OWN_NAME]);
  assert.deepEqual(
    names.map(({ kind, name, line }) => `${line} ${kind} ${name}`),
    [
      "11 name LIMIT",
      "12 name names",
      "16 name run",
      "19 name both",
      "20 name table",
      "21 name plain",
      "24 name Thing",
      "26 name Shown",
      "27 name Other",
      "28 name Color",
      "35 name Outside",
      "37 name later",
    ],
  );
});

const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "a library of operators, with kernels",
    `TORCH_LIBRARY(pkg, m) {
       m.def("add(Tensor a, Tensor b) -> Tensor");
       m.impl("add", torch::kCPU, &add);
     }`,
    ["2 operator pkg::add = add(Tensor a, Tensor b) -> Tensor", "3 kernel pkg::add"],
  ],
  [
    "the name that the build gives, alone and as a part",
    `TORCH_LIBRARY_EXPAND(TORCH_EXTENSION_NAME, ops) { ops.def("a() -> ()"); }
     TORCH_LIBRARY_EXPAND(CONCAT(TORCH_EXTENSION_NAME, _cache), c) { c.def("b", &b); }
     REGISTER_EXTENSION(TORCH_EXTENSION_NAME)`,
    ["1 operator OWN::a = a() -> ()", "2 operator OWN_cache::b", "3 module OWN"],
  ],
  [
    "a file that names itself",
    '#define TORCH_EXTENSION_NAME _C\nTORCH_LIBRARY_FRAGMENT(TORCH_EXTENSION_NAME, m) { m.def("a() -> ()"); }',
    ["2 operator _C::a = a() -> ()"],
  ],
  [
    "the stable interface, and kernels apart",
    `STABLE_TORCH_LIBRARY_FRAGMENT(_C, ops) { ops.def("a(Tensor x) -> Tensor"); }
     STABLE_TORCH_LIBRARY_IMPL(_C, CUDA, ops) { ops.impl("a", TORCH_BOX(&a)); }
     TORCH_LIBRARY_IMPL_EXPAND(TORCH_EXTENSION_NAME, CatchAll, m) { m.impl("z", &z); }`,
    ["1 operator _C::a = a(Tensor x) -> Tensor", "2 kernel _C::a", "3 kernel OWN::z"],
  ],
  [
    "strings in pieces, raw, wrapped and with a namespace of their own",
    `TORCH_LIBRARY(pkg, m) {
       m.def(
         "a(Tensor x, "   // the first
         "int y) -> ()");
       m.def(R"sc(b(str s=")") -> ())sc");
       m.def(torch::schema("c() -> ()"), tags);
       m.def(TORCH_SELECTIVE_SCHEMA("other::d.out(Tensor! x) -> ()"));
       m.def(name + "e");
     }`,
    [
      "2 operator pkg::a = a(Tensor x, int y) -> ()",
      '5 operator pkg::b = b(str s=")") -> ()',
      "6 operator pkg::c = c() -> ()",
      "7 operator other::d.out = other::d.out(Tensor! x) -> ()",
    ],
  ],
  [
    "comments, strings and macros that only look like a registration",
    `// TORCH_LIBRARY(no, m) { m.def("a() -> ()"); }
     /* TORCH_LIBRARY(no, m) { */
     const char *text = "TORCH_LIBRARY(no, m) { m.def(\\"x\\"); }";
     #define REGISTER_EXTENSION(NAME) \\
       PyMODINIT_FUNC PyInit_##NAME() {}
     TORCH_LIBRARY(yes, m) { /* m.def("b() -> ()"); */ char q = '"'; int n = 1'000; m.def("c() -> ()"); }`,
    ["6 operator yes::c = c() -> ()"],
  ],
  [
    "conditions, else branches and the guard of a header",
    `#ifndef OPS_H
#define OPS_H
TORCH_LIBRARY(p, m) {
  m.def("a() -> ()");
#ifndef USE_ROCM
  m.def("b() -> ()");
#  if defined(X) && \\
      defined(Y)  // both
  m.def("c() -> ()");
#  elif Z
  m.def("d() -> ()");
#  else
  m.def("e() -> ()");
#  endif
#else
  m.def("f() -> ()");
#endif
}
#endif`,
    [
      "4 operator p::a = a() -> ()",
      "6 operator p::b [#ifndef USE_ROCM] = b() -> ()",
      "9 operator p::c [#ifndef USE_ROCM, #if defined(X) && defined(Y)] = c() -> ()",
      "11 operator p::d [#ifndef USE_ROCM, #elif Z] = d() -> ()",
      "13 operator p::e [#ifndef USE_ROCM, #else of #if defined(X) && defined(Y)] = e() -> ()",
      "16 operator p::f [#else of #ifndef USE_ROCM] = f() -> ()",
    ],
  ],
  [
    "pybind11, with classes, attributes and a helper in another function",
    `void bind_more(py::module_ &mod) { mod.def("more", &more); }
     PYBIND11_MODULE(_core, m, py::mod_gil_not_used()) {
       m.doc() = "text";
       m.def("add", &add, py::arg("a"));
       py::class_<Foo, std::shared_ptr<Foo>>(m, "Foo").def("method", &Foo::method);
       py::enum_<Bar>(m, "Bar").value("ONE", ONE);
       m.attr("VERSION") = "1";
       other.def("no", &no);
       bind_more(m);
     }`,
    [
      "1 name ?::more",
      "2 module _core",
      "4 name _core::add",
      "5 name _core::Foo",
      "6 name _core::Bar",
      "7 name _core::VERSION",
    ],
  ],
  [
    "nanobind",
    'NB_MODULE(fast, m) { m.def("go", &go); nb::class_<A>(m, "A"); }',
    ["1 module fast", "1 name fast::go", "1 name fast::A"],
  ],
  [
    "Python's own interface: the module's table counts, a type's does not",
    `static PyMethodDef Thing_methods[] = {{"method", f, 0, ""}, {NULL}};
     static PyTypeObject T = {.tp_methods = Thing_methods};
     static PyMethodDef methods[2] = {{"go", go, METH_NOARGS, "says"}, {0}};
     static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "plain", 0, -1, methods};
     PyMODINIT_FUNC PyInit_plain(void) { PyObject *m = PyModule_Create(&def); PyModule_AddIntConstant(m, "ONE", 1); return m; }`,
    ["5 module plain", "3 name plain::go", "5 name plain::ONE"],
  ],
  [
    "the old interface",
    'static auto r = torch::RegisterOperators().op("p::old(Tensor x) -> Tensor", &old);',
    ["1 operator p::old = p::old(Tensor x) -> Tensor"],
  ],
  [
    "a block without an end",
    'TORCH_LIBRARY(p, m) { m.def("a() -> ()"); if (',
    ["1 operator p::a = a() -> ()"],
  ],
];

for (const [name, source, expected] of CASES) {
  test(`registrations: ${name}`, () => assert.deepEqual(told(source), expected));
}

test("tokens: a raw string, a broken string and a continued comment keep their lines", () => {
  const tokens = readCTokens('R"(a\n")" x // one \\\n still\n "no end\n y');
  assert.deepEqual(
    tokens.map(({ kind, text, line }) => `${line} ${kind} ${text}`),
    ['1 string a\n"', "2 word x", "4 string no end", "5 word y"],
  );
});

test("no text stops the reader", () => {
  const source = CASES.map(([, text]) => text).join("\n");
  for (let end = 0; end < source.length; end += 7) readRegistrations(`TORCH_LIBRARY ${source.slice(end)}`);
  for (let end = 0; end < source.length; end += 7) readRegistrations(source.slice(0, end));
});
