import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import test from "node:test";
import { survivalOf } from "../../src/verify/stable-abi.ts";
import { STABLE_ABI } from "../../src/verify/stable-abi-symbols.ts";
import { extensionModule, library, put, scratch, thisPython } from "../helpers/native.ts";

const LIMITED = ["-DPy_LIMITED_API=0x03080000"];

function cxx(path: string, source: string): string {
  put(`${path}.cpp`, source);
  execFileSync("g++", ["-shared", "-fPIC", "-O0", "-o", path, `${path}.cpp`], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  return path;
}

/** What a library needs of others, and whether it survives another torch. */
const TORCH: readonly (readonly [string, string, boolean])[] = [
  ["a function of at::", "namespace at { int f(); } int g() { return at::f(); }", false],
  [
    "a const method of c10::",
    "namespace c10 { struct A { int f() const &; }; } int g(c10::A &a) { return a.f(); }",
    false,
  ],
  [
    "a type of torch:: in an argument",
    "namespace torch { struct T; } int h(torch::T &); int g(torch::T &t) { return h(t); }",
    false,
  ],
  [
    "a type of at:: in a template",
    "namespace at { struct T; } template <class> struct V; int h(V<at::T> &); int g(V<at::T> &t) { return h(t); }",
    false,
  ],
  ["caffe2's type data", "namespace caffe2 { extern int count; } int g() { return caffe2::count; }", false],
  ["torch.distributed's c10d", "namespace c10d { int f(); } int g() { return c10d::f(); }", false],
  [
    "a class object of the Python binding",
    'extern "C" char THPVariableClass; char *g() { return &THPVariableClass; }',
    false,
  ],
  [
    "a C function of the stable shim",
    'extern "C" int aoti_torch_get_dim(void *, long *); int g(void *a, long *b) { return aoti_torch_get_dim(a, b); }',
    true,
  ],
  [
    "torch::stable in an argument",
    "namespace torch { namespace stable { struct T; } } int h(torch::stable::T &); int g(torch::stable::T &t) { return h(t); }",
    true,
  ],
  [
    "a namespace of the project that ends in at",
    "namespace flat { int f(); } int g() { return flat::f(); }",
    true,
  ],
  [
    "a namespace at inside the project's own",
    "namespace my { namespace at { int f(); } } int g() { return my::at::f(); }",
    true,
  ],
  [
    "a torch name that it defines itself",
    "namespace at { int f() { return 1; } } int g() { return at::f(); }",
    true,
  ],
];

for (const [what, source, survives] of TORCH) {
  test(`${what}: ${survives ? "survives" : "does not survive"} another torch`, async (t) => {
    const path = cxx(join(scratch(t), "lib.so"), source);
    assert.deepEqual(await survivalOf([path]), { torch: survives, python: true });
  });
}

test("a module survives another Python when it says abi3 and keeps to it", async (t) => {
  const folder = scratch(t);
  const python = await thisPython();
  const good = extensionModule(python, folder, "good", { suffix: ".abi3.so", flags: LIMITED });
  const full = extensionModule(python, folder, "full");
  const untagged = extensionModule(python, folder, "untagged", { suffix: ".so", flags: LIMITED });
  const lying = extensionModule(python, folder, "lying", {
    suffix: ".abi3.so",
    before: "PyObject *_PyLong_Copy(PyLongObject *);",
    body: "_PyLong_Copy(NULL);",
  });
  const plain = library(join(folder, "plain.so"), "int one(void) { return 1; }");
  const text = put(join(folder, "glue.py"), "");
  const survivesPython = async (...paths: string[]): Promise<boolean | undefined> =>
    (await survivalOf(paths))?.python;
  assert.equal(await survivesPython(good, plain, text), true);
  assert.equal(await survivesPython(full), false, "stable names only, but nothing says how it was compiled");
  assert.equal(await survivesPython(untagged), false);
  assert.equal(await survivesPython(lying), false);
  assert.equal(await survivesPython(good, full), false, "one that does not is enough");
  assert.equal(await survivesPython(good, put(join(folder, "glue.pyc"), "")), false);
});

test("what cannot be read survives nothing, and without a library nothing is known", async (t) => {
  const folder = scratch(t);
  const neither = { torch: false, python: false };
  assert.deepEqual(await survivalOf([put(join(folder, "broken.so"), "\x7fELF")]), neither);
  assert.deepEqual(await survivalOf([put(join(folder, "empty.so"), "")]), neither);
  assert.deepEqual(await survivalOf([join(folder, "gone.so")]), neither);
  assert.equal(await survivalOf([put(join(folder, "glue.py"), "VALUE = 1\n")]), null);
  assert.equal(await survivalOf([]), null);
  const program = library(join(folder, "tool"), "int at(void); int g(void) { return at(); }");
  assert.deepEqual(await survivalOf([program]), { torch: true, python: true }, "known by its content");
});

test("the names are those of CPython's list", () => {
  for (const name of [
    "PyModule_Create2",
    "PyObject_CallNoArgs",
    "_Py_Dealloc",
    "_Py_NoneStruct",
    "PyType_FromSpec",
  ])
    assert.ok(STABLE_ABI.has(name), name);
  for (const name of ["_PyLong_Copy", "PyUnstable_Code_New", "PyTuple_GET_ITEM", "PyDict_GetItemRef_", ""])
    assert.ok(!STABLE_ABI.has(name), name);
  assert.ok([...STABLE_ABI].every((name) => /^_?Py[A-Za-z0-9_]+$/.test(name)));
});
