import assert from "node:assert/strict";
import test from "node:test";
import { type Evidence, explain, explainMessage } from "../../src/verify/cause.ts";
import { abiMismatch, modulePlace } from "../../src/verify/module-name.ts";
import type { Interpreter } from "../../src/model.ts";

const NOTHING: Evidence = {
  missing: [],
  libraries: [],
  exports: () => false,
  pathOf: () => null,
  python: "3.11.7",
  torch: "2.6.0",
};
const NEW_ERROR = "_ZN3c105ErrorC2ENS_14SourceLocationENSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE";
const OLD_ERROR = "_ZN3c105ErrorC2ENS_14SourceLocationESs";

const CASES: readonly (readonly [string, Partial<Evidence>, string])[] = [
  [
    "an extension with the old C++ ABI",
    { missing: [{ name: "_ZN5torch3jit17parseSchemaOrNameERKSsb" }], exports: (name) => name === NEW_ERROR },
    "C++ string ABI differs: it was compiled with _GLIBCXX_USE_CXX11_ABI=0, torch 2.6.0 with 1.",
  ],
  [
    "a torch with the old C++ ABI",
    { missing: [{ name: NEW_ERROR }], exports: (name) => name === OLD_ERROR },
    "C++ string ABI differs: it was compiled with _GLIBCXX_USE_CXX11_ABI=1, torch 2.6.0 with 0.",
  ],
  [
    "another torch",
    { missing: [{ name: "_ZN3c104cuda9SetDeviceEa" }, { name: "_ZNK2at10TensorBase8data_ptrEv" }] },
    "It was built against another torch than torch 2.6.0.",
  ],
  [
    "a newer compiler",
    {
      missing: [{ name: "_ZSt3xyz", version: "GLIBCXX_3.4.99" }],
      pathOf: () => "/opt/conda/lib/libstdc++.so.6",
    },
    "The compiler is newer than the C++ runtime: /opt/conda/lib/libstdc++.so.6 has no GLIBCXX_3.4.99.",
  ],
  [
    "a newer C library",
    { missing: [{ name: "fmod", version: "GLIBC_2.99" }] },
    "It was built on a system with a newer C library: this one has no GLIBC_2.99.",
  ],
  [
    "another CUDA major version",
    {
      libraries: ["libcudart.so.12"],
      pathOf: (name) => (name === "libcudart.so" ? "/usr/local/cuda/lib64/libcudart.so.13" : null),
    },
    "libcudart.so.12 is not here (/usr/local/cuda/lib64/libcudart.so.13 is): it was built against another CUDA major version.",
  ],
  [
    "no driver",
    { libraries: ["libcuda.so.1"], missing: [{ name: "cuInit" }] },
    "libcuda.so.1 comes with the NVIDIA driver, which is not installed here.",
  ],
  [
    "another Python",
    { missing: [{ name: "_PyUnicode_FromId" }] },
    "It was built for another Python than 3.11.7, which has no _PyUnicode_FromId.",
  ],
  [
    "abi3 in name only",
    { missing: [{ name: "_PyUnicode_FromId" }], isAbi3: true },
    "It is named abi3, but uses _PyUnicode_FromId, which is no part of the stable ABI and which Python 3.11.7 lacks.",
  ],
  [
    "a library that is not found, and what it would have defined",
    { libraries: ["libgone.so"], missing: [{ name: "gone" }] },
    "libgone.so is in no folder that the loader searches (RUNPATH, LD_LIBRARY_PATH, system).",
  ],
  [
    "a source left out",
    { missing: [{ name: "_Z4workv" }] },
    "None of its libraries defines it: a source file left out of the link, or a library that has changed.",
  ],
];

for (const [situation, evidence, sentence] of CASES) {
  test(`cause: ${situation}`, () => {
    assert.deepEqual(explain({ ...NOTHING, ...evidence }), [sentence]);
  });
}

test("no cause without anything missing", () => {
  assert.deepEqual(explain(NOTHING), []);
});

test("causes in the loader's own words", () => {
  assert.match(
    explainMessage("ImportError: /a/b.so: undefined symbol: _ZN2at4_ops3add") ?? "",
    /another torch/,
  );
  assert.match(
    explainMessage("ImportError: /l/libstdc++.so.6: version `GLIBCXX_3.4.30' not found (required by /a)") ??
      "",
    /newer than/,
  );
  assert.match(
    explainMessage("ImportError: libcudart.so.12: cannot open shared object file: No such file") ?? "",
    /CUDA major/,
  );
  assert.equal(explainMessage("ValueError: no"), null);
});

test("file names that an interpreter passes over", () => {
  const python = interpreter("3.11.7", "cpython-311-x86_64-linux-gnu");
  const taken = ["a.cpython-311-x86_64-linux-gnu.so", "a.abi3.so", "a.so", "liba.so.1", "a.b.so"];
  for (const name of taken) assert.equal(abiMismatch(`/p/${name}`, python), null, name);
  assert.match(
    abiMismatch("/p/a.cpython-310-x86_64-linux-gnu.so", python) ?? "",
    /^It was built for Python 3\.10; this/,
  );
  assert.match(abiMismatch("/p/a.cpython-311-aarch64-linux-gnu.so", python) ?? "", /^It was built for/);
  assert.match(abiMismatch("/p/a.pypy39-pp73-x86_64-linux-gnu.so", python) ?? "", /^It was built for pypy39/);
  const free = interpreter("3.13.0", "cpython-313t-x86_64-linux-gnu");
  assert.equal(
    abiMismatch("/p/a.abi3.so", free),
    "The free-threaded Python 3.13.0 does not import abi3 modules.",
  );
});

test("dotted names of outputs", () => {
  const site = "/nowhere/lib/site-packages";
  assert.deepEqual(modulePlace(`${site}/pkg/sub/_C.abi3.so`, [], [site]), {
    root: site,
    module: "pkg.sub._C",
  });
  assert.deepEqual(modulePlace("/nowhere/tree/ns/pkg/_C.abi3.so", ["ns.pkg._C"], []), {
    root: "/nowhere/tree",
    module: "ns.pkg._C",
  });
  assert.deepEqual(modulePlace("/nowhere/tree/lone.so", [], []), { root: "/nowhere/tree", module: "lone" });
});

function interpreter(version: string, soabi: string): Interpreter {
  return {
    path: "/p/bin/python",
    version,
    soabi,
    extSuffix: `.${soabi}.so`,
    prefix: "/p",
    basePrefix: "/p",
    sitePackages: [],
    includeDir: "/p/include",
    identityFiles: [],
  };
}
