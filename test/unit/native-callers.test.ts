import assert from "node:assert/strict";
import test from "node:test";
import { parseUses, readUses } from "../../src/verify/contract/callers.ts";
import { thisPython } from "../helpers/native.ts";

const { path: python } = await thisPython();

/** One line for each use: `line kind space name guard=... call=...`. */
const CASES: readonly (readonly [string, string, readonly string[]])[] = [
  [
    "calls, with what they hand over",
    `import torch
torch.ops._C.a(x, y, k=1)
torch.ops._C.b.out(*x)
f = torch.ops._C.c
torch.ops._C.d(**x)
torch.ops.aten
torch._C._thing
torch.other._C.thing.too
torch.ops._C.e.default._schema.fits(1, 2)
`,
    [
      "2 operator _C a call=2,k",
      "3 operator _C b.out",
      "4 operator _C c",
      "5 operator _C d",
      "9 operator _C e.default",
    ],
  ],
  [
    "aliases, where they hold",
    `import torch
import torch as t
from torch import ops as o
ops = torch.ops._C
def one(ops):
    ops.not_this()
def two():
    ops.this()
    own = ops
    return [own.that(i) for i in x]
def three():
    ops = object()
    ops.not_this_either()
t.ops._C.a
o._C.b
lambda ops: ops.not_this_as_well()
two = torch.ops._C
two = torch.ops._moe_C
two.who_knows()
with torch.no_grad() as torch.x.y:
    torch.ops._C.c
`,
    [
      "8 operator _C this call=0",
      "10 operator _C that call=1",
      "14 operator _C a",
      "15 operator _C b",
      "21 operator _C c",
    ],
  ],
  [
    "one of two that a name can stand for",
    `try:
    import pkg._C as c
except ImportError:
    c = None
if x:
    from .pure import f as d
else:
    from pkg import _C as d
def g(ops=None):
    ops = ops or 1
    c.a()
    d.b()
`,
    [
      "2 module pkg._C guard=try, except ImportError",
      "8 module pkg._C",
      "11 name pkg._C a call=0",
      "12 name pkg._C b call=0",
    ],
  ],
  [
    "a module that lies in no package",
    "import _C\n_C.a()\ntype: _C.annotated = _C.b\n",
    ["1 module _C", "2 name _C a call=0", "3 name _C b"],
  ],
  [
    "modules and names in them",
    `import pkg._C
import pkg._C as c
from pkg import _C as d, other
from . import _C
from ._C import (x, y)
from .. import sub
import importlib
pkg._C.a()
c.b
d.e
_C.f
pkg.other.g
importlib.import_module("pkg._C")
import elsewhere
from torch._C import no
`,
    [
      "1 module pkg._C",
      "2 module pkg._C",
      "3 module pkg._C",
      "4 module ._C",
      "5 name ._C x",
      "5 name ._C y",
      "8 name pkg._C a call=0",
      "9 name pkg._C b",
      "10 name pkg._C e",
      "11 name ._C f",
      "13 module pkg._C",
    ],
  ],
  [
    "calls of names that are imported",
    `from pkg._C import (
    one,
    two as deux,
)
one(1, k=2)
deux(*x)
def one_more(one):
    one(3)
two(4)
one.member(5)
`,
    [
      "1 name pkg._C one",
      "1 name pkg._C two",
      "5 name pkg._C one call=1,k",
      "6 name pkg._C two",
      "10 name pkg._C one",
    ],
  ],
  [
    "hasattr and getattr",
    `import torch
if hasattr(torch.ops._C, "a"):
    torch.ops._C.a()
else:
    torch.ops._C.b()
getattr(torch.ops._C, "c")()
getattr(torch.ops._C, "d", None)
e = torch.ops._C.e if hasattr(torch.ops._C, "e") else None
g = hasattr(torch.ops, "_C") and torch.ops._C.g
`,
    [
      "2 operator _C a guard=hasattr",
      '3 operator _C a guard=if hasattr(torch.ops._C, "a") call=0',
      '5 operator _C b guard=else of if hasattr(torch.ops._C, "a") call=0',
      "6 operator _C c",
      "7 operator _C d guard=getattr",
      "8 operator _C e guard=hasattr",
      '8 operator _C e guard=if hasattr(torch.ops._C, "e")',
      '9 operator _C g guard=hasattr(torch.ops, "_C") and',
    ],
  ],
  [
    "what is caught counts only for what it catches",
    `import torch
try:
    from pkg._C import a
    torch.ops._C.a()
except ImportError:
    pass
try:
    torch.ops._C.b()
except (AttributeError, ValueError):
    torch.ops._C.c()
else:
    torch.ops._C.d()
try:
    torch.ops._C.e()
except KeyError:
    pass
with contextlib.suppress(ImportError):
    import pkg._C
try:
    torch.ops._C.f()
except:
    pass
`,
    [
      "3 name pkg._C a guard=try, except ImportError",
      "4 operator _C a call=0",
      "8 operator _C b guard=try, except AttributeError, ValueError call=0",
      "10 operator _C c call=0",
      "12 operator _C d call=0",
      "14 operator _C e call=0",
      "18 module pkg._C guard=suppress(ImportError)",
      "20 operator _C f guard=try, except BaseException call=0",
    ],
  ],
  [
    "conditions that ask what is here, and early ends",
    `import torch
if current_platform.is_rocm():
    torch.ops._C.a()
if size > 3:
    torch.ops._C.b()
def f():
    if not hasattr(torch.ops._C, "c"):
        return
    torch.ops._C.c()
def g():
    for x in y:
        if not SUPPORTED and is_cpu_available():
            continue
        torch.ops._C.d()
    torch.ops._C.e()
if has_decode:
    torch.ops._C.f()
`,
    [
      "3 operator _C a guard=if current_platform.is_rocm() call=0",
      "5 operator _C b call=0",
      "7 operator _C c guard=hasattr",
      '9 operator _C c guard=after if not hasattr(torch.ops._C, "c") call=0',
      "14 operator _C d guard=after if not SUPPORTED and is_cpu_available() call=0",
      "15 operator _C e call=0",
      "17 operator _C f call=0",
    ],
  ],
  [
    "decorators, defaults, lambdas and classes",
    `import torch
@decorate(torch.ops._C.a)
class K:
    b = torch.ops._C.b
    def m(self, x=torch.ops._C.c):
        return lambda y: torch.ops._C.d(y)
    async def n(self):
        async with s as t, u: await torch.ops._C.e()
def outer():
    @decorate(torch.ops._C.f)
    def inner(): pass
`,
    [
      "2 operator _C a",
      "4 operator _C b",
      "5 operator _C c",
      "6 operator _C d call=1",
      "8 operator _C e call=0",
      "10 operator _C f",
    ],
  ],
  ["no Python", "def (:\n torch.ops._C.a()", []],
];

test("uses of native names", async (t) => {
  const found = await readUses(
    python,
    ["_C"],
    CASES.map(([, text]) => text),
  );
  assert.ok(found);
  for (const [at, [name, , expected]] of CASES.entries()) {
    await t.test(name, () => {
      const told = (found[at] ?? []).map(({ kind, space, name: own, overload, line, guard, call }) =>
        [
          `${line} ${kind} ${space}`,
          own === "" ? [] : `${own}${overload === "" ? "" : `.${overload}`}`,
          guard === null ? [] : `guard=${guard}`,
          call === null ? [] : `call=${[call.positional, ...call.keywords].join(",")}`,
        ]
          .flat()
          .join(" "),
      );
      assert.deepEqual(told, expected);
    });
  }
});

test("conditions that make a use optional, and some that do not", async () => {
  const asks = [
    "current_platform.is_cuda()",
    "is_rocm()",
    "torch.version.hip",
    "cumem_available",
    "IS_SUPPORTED",
    "self._supports_fp8",
    "find_spec('x')",
    "_has_module('x')",
    "HAS_TRITON",
    "TYPE_CHECKING",
    "is_installed('x')",
    "getattr(x, 'y', None)",
    "platform.machine() == 'x86_64'",
  ];
  const others = ["has_decode", "size > 3", "self.enabled", "use_fp8", "is_fused", "x.is_contiguous()"];
  const texts = [...asks, ...others].map(
    (condition) => `import torch\nif ${condition}:\n    torch.ops._C.a()\n`,
  );
  const found = await readUses(python, [], texts);
  const guards = found?.map(([use]) => use?.guard);
  assert.deepEqual(guards, [...asks.map((condition) => `if ${condition}`), ...others.map(() => null)]);
});

test("an interpreter that gives no answer", async () => {
  assert.equal(await readUses("/bin/false", [], [""]), null);
  assert.equal(await readUses("/nowhere/python", [], [""]), null);
});

test("what is read from a file is checked", () => {
  const use = { kind: "operator", space: "_C", name: "a", overload: "", line: 1, guard: null, call: null };
  assert.deepEqual(parseUses([use]), [use]);
  for (const wrong of [
    null,
    {},
    [1],
    [{ ...use, kind: "x" }],
    [{ ...use, line: "1" }],
    [{ ...use, guard: 1 }],
  ])
    assert.equal(parseUses(wrong), null, JSON.stringify(wrong));
});
