import assert from "node:assert/strict";
import test from "node:test";
import { readIncludes } from "../../src/closure/includes.ts";

const CASES: readonly (readonly [
  what: string,
  path: string,
  text: string,
  quoted: string[],
  searched: string[],
])[] = [
  ["both forms", "a.cpp", '#include "a.h"\n#include <b/c.hpp>\n', ["a.h"], ["b/c.hpp"]],
  ["blanks around the hash", "a.cu", '  #  include\t"a.cuh"\n', ["a.cuh"], []],
  ["CRLF and a byte order mark", "a.c", '\uFEFF#include "a.h"\r\n#include "b.h"\r\n', ["a.h", "b.h"], []],
  ["line joins", "a.c", '#\\\n include \\\n "a.h"\n', ["a.h"], []],
  ["a comment before the name", "a.c", '#include /* why */ "a.h"\n', ["a.h"], []],
  ["no space", "a.c", '#include"a.h"\n#include<b.h>\n', ["a.h"], ["b.h"]],
  [
    "include_next, import and embed",
    "a.m",
    '#include_next "n.h"\n#import "a.h"\n#embed "t.bin"\n',
    ["a.h", "t.bin"],
    ["n.h"],
  ],
  [
    "any side of a condition",
    "a.c",
    '#if X\n#include "a.h"\n#else\n#include "b.h"\n#endif\n',
    ["a.h", "b.h"],
    [],
  ],
  ["line comments", "a.c", '// #include "a.h"\n#include "b.h" // "c.h"\n', ["b.h"], []],
  ["block comments", "a.c", '/*\n#include "a.h"\n*/\n#include "b.h"\n', ["b.h"], []],
  [
    "a glob in a string is no comment",
    "a.c",
    'char* s = "src/*.c";\n#include "b.h"\nint x; /* */\n',
    ["b.h"],
    [],
  ],
  ["a digit separator is no quote", "a.cpp", 'int x = 1\'000; /* y */\n#include "b.h"\n/* */', ["b.h"], []],
  [
    "macros",
    "a.c",
    '#define HEADER "gen/a.h"\n#define SYSTEM <sys_b.h>\n#include HEADER\n',
    ["gen/a.h", "sys_b.h"],
    [],
  ],
  ["a macro that is no header", "a.c", '#define NAME "module"\n', [], []],
  [
    "assembler",
    "a.S",
    '#include "a.h"\n.include "m.inc"\n.incbin "blob.bin"\n',
    ["a.h", "m.inc", "blob.bin"],
    [],
  ],
  ["backslashes", "a.cpp", '#include "dir\\a.h"\n', ["dir/a.h"], []],
  ["a template as what it becomes", "a.cpp.in", '#include "a.h"\n', ["a.h"], []],
  ["Fortran", "a.f90", "  INCLUDE 'p.inc'\n", ["p.inc"], []],
];

for (const [what, path, text, quoted, searched] of CASES) {
  test(`includes: ${what}`, () => {
    const facts = readIncludes(path, text);
    assert.deepEqual([...facts.includes].sort(), [...quoted].sort());
    assert.deepEqual([...facts.searched].sort(), [...searched].sort());
  });
}

const CYTHON: readonly (readonly [text: string, expected: readonly string[]])[] = [
  ["cimport a.b as c, d\n", ["a/b.pxd", "d.pxd", "a/__init__.pxd"]],
  ["from a.b cimport c, d as e\n", ["a/b.pxd", "a/b/c.pxd", "a/b/d.pxd"]],
  ["from . cimport x\n", ["./x.pxd", "./__init__.pxd"]],
  ["from ..up cimport (x,\n  y)\n", ["../up.pxd", "../up/x.pxd", "../up/y.pxd"]],
  ['include "part.pxi"\n', ["part.pxi"]],
  ['cdef extern from "a/b.hpp" namespace "n" nogil:\n', ["a/b.hpp"]],
  ['cdef extern from *:\n    """\n    #include "v.h"\n    """\n', ["v.h"]],
  ["# distutils: sources = lib/a.c lib/b.c\n", ["lib/a.c", "lib/b.c"]],
];

for (const [text, expected] of CYTHON) {
  test(`Cython: ${JSON.stringify(text)}`, () => {
    const { includes } = readIncludes("pkg/mod.pyx", text);
    for (const name of [...expected, "./mod.pxd"])
      assert.ok(includes.includes(name), `${name} in ${includes.join(" ")}`);
  });
}

test("Cython: a system header is looked up in the search path", () => {
  assert.deepEqual(readIncludes("m.pxd", 'cdef extern from "<vector>":\n').searched, ["vector"]);
});

test("a generator names headers, templates and modules; what it computes is a wildcard", () => {
  const text = [
    "import helper",
    "from .near import thing",
    'HEAD = """#include "kernel.h"',
    '#include "sub/template.cuh" """',
    'name = f"kernel_{dtype}.cuh"',
    'env.get_template("body.cu.j2")',
    'x = "%s_impl.h" % y',
  ].join("\n");
  const { includes } = readIncludes("csrc/gen.py", text);
  for (const name of [
    "helper.py",
    "./near.py",
    "kernel.h",
    "sub/template.cuh",
    "kernel_*.cuh",
    "body.cu.j2",
    "*_impl.h",
  ]) {
    assert.ok(includes.includes(name), `${name} in ${includes.join(" ")}`);
  }
});

test("pure Python mode is compiled, so what Python would import is not read", () => {
  const { includes } = readIncludes(
    "pkg/_fast.py",
    "import cython\nimport other\nfrom cython.cimports.lib.c import f\n",
  );
  assert.ok(includes.includes("./_fast.pxd") && includes.includes("lib/c.pxd"));
  assert.ok(!includes.includes("other.py"));
});

test("a long run of name characters costs no time", () => {
  assert.deepEqual(readIncludes("gen.py", `x = "${"a.b/".repeat(50_000)}"`).includes, []);
});
