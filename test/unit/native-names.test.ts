import assert from "node:assert/strict";
import test from "node:test";
import type { Reason } from "../../src/model.ts";
import type { ObservedExtension } from "../../src/observe.ts";
import type { Use } from "../../src/verify/contract/callers.ts";
import {
  judgeNames,
  type JudgedName,
  nameFindings,
  seenNames,
} from "../../src/verify/contract/judge-names.ts";
import {
  type Before,
  beforeOf,
  type BuiltFrom,
  type Found,
  type NameVerdict,
} from "../../src/verify/contract/name-rule.ts";
import { lastVerified } from "../../src/verify/contract/native-contract.ts";
import { type NativeName, nativeNames, nativeNameText } from "../../src/verify/contract/native-names.ts";
import { readCythonNames } from "../../src/verify/contract/cython-names.ts";
import { readRegistrations } from "../../src/verify/contract/registrations.ts";
import { cmakeTargets, setupTargets, type Target } from "../../src/verify/contract/target-names.ts";
import type { TreeScan } from "../../src/verify/contract/tree-scan.ts";

function scan(
  sources: Readonly<Record<string, string>>,
  uses: Readonly<Record<string, readonly Use[]>>,
  targets: readonly Target[] = [],
  python: readonly string[] = ["pkg/__init__.py"],
): TreeScan {
  return {
    registrations: new Map(Object.entries(sources).map(([path, text]) => [path, readRegistrations(text)])),
    uses: new Map(Object.entries(uses)),
    targets,
    python: [...python, ...Object.keys(uses)],
    noCallers: null,
  };
}

function use(text: string, more: Partial<Use> = {}): Use {
  const operator = /^torch\.ops\.(\w+)\.(\w+)$/.exec(text);
  const [space = "", name = ""] = operator === null ? text.split(":") : operator.slice(1);
  const kind = operator !== null ? "operator" : name === "" ? "module" : "name";
  return { kind, space, name, overload: "", line: 1, guard: null, call: null, ...more };
}

function told(names: readonly NativeName[]): string[] {
  return names.map((one) => `${nativeNameText(one)} ${one.need} ${one.registered.length}/${one.used.length}`);
}

const OPS =
  'TORCH_LIBRARY(TORCH_EXTENSION_NAME, m) { m.def("a() -> ()"); m.def("b() -> ()"); m.def("c() -> ()"); }';

test("names of an extension, by who registers and who calls", () => {
  const found = nativeNames(
    scan(
      {
        "csrc/a.cpp": OPS,
        "rocm/a.cpp": OPS,
        "csrc/h.cpp": 'TORCH_LIBRARY(_C, m) { m.def("h.out() -> ()"); }',
      },
      {
        "pkg/a.py": [
          use("torch.ops._C.a"),
          use("torch.ops._C.a", { guard: "hasattr" }),
          use("torch.ops._C.b", { guard: "hasattr" }),
          use("torch.ops._rocm_C.a"),
          use("torch.ops._C.leftover"),
          use("torch.ops._other_C.x"),
          use("torch.ops.aten.add"),
        ],
      },
      [
        { name: "_C", sources: ["csrc/a.cpp"] },
        { name: "_rocm_C", sources: ["rocm/a.cpp"] },
      ],
    ),
    (path) => path.startsWith("csrc/"),
  );
  assert.deepEqual(told(found), [
    "torch.ops._C.a required 1/2",
    "torch.ops._C.b optional 1/1",
    "torch.ops._C.c unused 1/0",
    "torch.ops._C.h unused 1/0",
    "torch.ops._C.leftover unregistered 0/1",
    "torch.ops._other_C.x unregistered 0/1",
    "torch.ops._rocm_C.a elsewhere 1/1",
  ]);
});

test("an extension whose inputs register nothing has no names", () => {
  const tree = scan({ "rocm/a.cpp": OPS }, { "pkg/a.py": [use("torch.ops._C.a")] }, [
    { name: "_C", sources: ["rocm/a.cpp"] },
  ]);
  assert.deepEqual(
    nativeNames(tree, (path) => path.startsWith("csrc/")),
    [],
  );
});

test("modules by their full names: relative imports, other packages and modules of Python", () => {
  const source = 'PYBIND11_MODULE(_core, m) { m.def("a", &a); m.def("b", &b); }';
  const found = nativeNames(
    scan(
      { "src/core.cpp": source },
      {
        "src/pkg/sub/x.py": [use(".._core:a"), use("pkg._core:a"), use("pkg.pure._core:a"), use("._core:a")],
        "src/pkg/y.py": [use("numpy._core:a"), use("pkg._core:__file__"), use("pkg._core")],
      },
      [],
      ["src/pkg/__init__.py", "src/pkg/pure/_core.py", "src/pkg/sub/_core/__init__.py"],
    ),
    () => true,
  );
  assert.deepEqual(told(found), [
    "pkg._core required 1/2",
    "pkg._core:a required 1/2",
    "pkg._core:b unused 1/0",
  ]);
});

test("packages that lie in a folder of their own, and a module that lies in no package", () => {
  const found = nativeNames(
    scan(
      {
        "a.cpp": 'PYBIND11_MODULE(_core, m) { m.def("a", &a); }',
        "b.cpp": 'PYBIND11_MODULE(pkg_cuda, m) { m.def("b", &b); }',
      },
      {
        "lib/deep/pkg/__init__.py": [use("._core:a")],
        "lib/deep/pkg/sub/x.py": [use(".._core:a"), use("pkg_cuda:b"), use("pkg:b"), use("nobodys:x")],
      },
      [],
      ["lib/deep/pkg/sub/__init__.py"],
    ),
    () => true,
  );
  assert.deepEqual(told(found), [
    "pkg._core required 1/2",
    "pkg_cuda required 1/1",
    "pkg._core:a required 1/2",
    "pkg_cuda:b required 1/1",
  ]);
});

test("a Cython file is a module where it lies", () => {
  const sources = {
    "src/pkg/fast.pyx": "def run(a): pass\nLIMIT = 1\n",
    "other/fast.pyx": "def run(a): pass\n",
  };
  const uses = { "src/pkg/a.py": [use("pkg.fast:run"), use(".fast:run"), use("numpy.fast:run")] };
  const tree = {
    ...scan({}, uses, [], ["src/pkg/__init__.py"]),
    registrations: new Map(Object.entries(sources).map(([path, text]) => [path, readCythonNames(text)])),
  };
  assert.deepEqual(told(nativeNames(tree, () => true)), [
    "other.fast unused 1/0",
    "pkg.fast required 1/1",
    "other.fast:run unused 1/0",
    "pkg.fast:LIMIT unused 1/0",
    "pkg.fast:run required 1/2",
  ]);
});

test("what a helper function registers belongs to the only module that there is", () => {
  const helper = 'void more(py::module_ &m) { m.def("x", &x); }';
  const one = scan({ "a.cpp": "PYBIND11_MODULE(_a, m) { more(m); }", "h.cpp": helper }, {});
  assert.deepEqual(told(nativeNames(one, () => true)), ["_a unused 1/0", "_a:x unused 1/0"]);
  const two = scan(
    { "a.cpp": "PYBIND11_MODULE(_a, m) {}", "b.cpp": "NB_MODULE(_b, m) {}", "h.cpp": helper },
    {},
  );
  assert.deepEqual(told(nativeNames(two, () => true)), ["_a unused 1/0", "_b unused 1/0"]);
});

test("targets of build files", () => {
  const cmake = `
    set(SRC "csrc/a.cpp" csrc/b.cu)
    list(APPEND SRC "csrc/c.cpp")
    set(ALL \${SRC} \${ALL})
    define_extension_target(_C DESTINATION pkg SOURCES \${ALL} WITH_SOABI)
    pybind11_add_module(_core \${CMAKE_CURRENT_SOURCE_DIR}/src/core.cpp)
    add_library(interface INTERFACE) # csrc/no.cpp
    add_library(\${NAME} csrc/no.cpp)`;
  assert.deepEqual(cmakeTargets("CMakeLists.txt", cmake), [
    { name: "_C", sources: ["csrc/a.cpp", "csrc/b.cu", "csrc/c.cpp"] },
    { name: "_core", sources: ["src/core.cpp"] },
  ]);
  const setup = `ext_modules=[CUDAExtension(name="pkg._C", sources=["csrc/a.cpp", 'csrc/b.cu']), Extension("solo", ["c.c"]), CMakeExtension(name="pkg._fetched"), CMakeExtension(name="pkg.copied")]`;
  assert.deepEqual(setupTargets("setup.py", setup), [
    { name: "_C", sources: ["csrc/a.cpp", "csrc/b.cu"] },
    { name: "solo", sources: ["c.c"] },
    { name: "_fetched", sources: [] },
  ]);
  assert.deepEqual(setupTargets("ext/setup.py", setup)[1], { name: "solo", sources: ["ext/c.c", "c.c"] });
});

const PRESENT: Found = { kind: "present", schemas: [] };
const MISSING: Found = { kind: "missing" };
const THIS: BuiltFrom = { kind: "this" };
const UNKNOWN: BuiltFrom = { kind: "unknown" };
const older = (...paths: readonly string[]): BuiltFrom => ({ kind: "older", changed: new Set(paths) });

function judge(
  names: readonly NativeName[],
  foundOf: (name: NativeName) => Found,
  builtFrom: BuiltFrom,
  before: Before | null = null,
): JudgedName[] {
  return judgeNames(names, foundOf, { builtFrom, before });
}

/** Of `a` and `b` in one file: how `a` is used, what was found of both, and the verdict on `a`. */
const RULE: readonly (readonly [string, readonly Use[], Found, Found, BuiltFrom, NameVerdict])[] = [
  ["it is there", [use("torch.ops._C.a")], PRESENT, PRESENT, older("a.cpp"), "present"],
  ["nobody looked", [use("torch.ops._C.a")], { kind: "unseen" }, PRESENT, older("a.cpp"), "unseen"],
  [
    "older source, called, and its neighbour is there",
    [use("torch.ops._C.a")],
    MISSING,
    PRESENT,
    older("a.cpp"),
    "stale",
  ],
  ["a build of this very source", [use("torch.ops._C.a")], MISSING, PRESENT, THIS, "not-built"],
  [
    "older source, but not of this file",
    [use("torch.ops._C.a")],
    MISSING,
    PRESENT,
    older("b.cpp"),
    "not-built",
  ],
  [
    "nothing else of the file is there",
    [use("torch.ops._C.a")],
    MISSING,
    MISSING,
    older("a.cpp"),
    "not-built",
  ],
  ["guarded", [use("torch.ops._C.a", { guard: "hasattr" })], MISSING, PRESENT, older("a.cpp"), "not-built"],
  ["called by nobody", [], MISSING, PRESENT, older("a.cpp"), "not-built"],
  ["nobody knows what it was built from", [use("torch.ops._C.a")], MISSING, PRESENT, UNKNOWN, "maybe-stale"],
];

for (const [name, uses, found, neighbour, builtFrom, expected] of RULE) {
  test(`a missing name: ${name}`, () => {
    const source = 'TORCH_LIBRARY(_C, m) { m.def("a() -> ()"); m.def("b() -> ()"); }';
    const names = nativeNames(scan({ "a.cpp": source }, { "pkg/a.py": uses }), () => true);
    const judged = judge(names, (one) => (one.name === "a" ? found : neighbour), builtFrom);
    assert.equal(judged.find((one) => one.name === "a")?.verdict, expected);
    assert.equal(nameFindings(judged).problems.length, expected === "stale" ? 1 : 0);
  });
}

test("a neighbour under other conditions proves nothing", () => {
  const source =
    'TORCH_LIBRARY(_C, m) {\n#ifdef USE_ROCM\nm.def("a() -> ()");\n#endif\nm.def("b() -> ()"); }';
  const names = nativeNames(scan({ "a.cpp": source }, { "pkg/a.py": [use("torch.ops._C.a")] }), () => true);
  const judged = judge(names, (one) => (one.name === "a" ? MISSING : PRESENT), older("a.cpp"));
  assert.equal(judged[0]?.verdict, "not-built");
});

test("a name that this extension does not register is no matter of its build", () => {
  const names = nativeNames(
    scan({ "a.cpp": OPS, "b.cpp": OPS }, { "pkg/a.py": [use("torch.ops._C.z"), use("torch.ops._b_C.a")] }, [
      { name: "_C", sources: ["a.cpp"] },
      { name: "_b_C", sources: ["b.cpp"] },
    ]),
    (path) => path === "a.cpp",
  );
  const judged = judge(names, ({ name }) => (name === "c" ? PRESENT : MISSING), older("a.cpp", "b.cpp"));
  const verdicts = judged.map((one) => `${nativeNameText(one)} ${one.verdict}`);
  assert.ok(verdicts.includes("torch.ops._C.z not-here") && verdicts.includes("torch.ops._b_C.a not-here"));
  assert.deepEqual(nameFindings(judged), { problems: [], warnings: [] });
});

test("the words of a problem and of a warning", () => {
  const source = 'TORCH_LIBRARY(_C, m) {\n  m.def("a(int x) -> ()"); m.def("b() -> ()"); }';
  const tree = scan(
    { "a.cpp": source },
    {
      "pkg/a.py": [
        use("torch.ops._C.a", { line: 7 }),
        use("torch.ops._C.b", { line: 9, call: { positional: 2, keywords: [] } }),
      ],
    },
  );
  const names = nativeNames(tree, () => true);
  const foundOf = ({ name }: NativeName): Found =>
    name === "a" ? MISSING : { kind: "present", schemas: ["_C::b() -> ()"] };
  assert.deepEqual(nameFindings(judge(names, foundOf, older("a.cpp"))), {
    problems: [
      {
        subject: "torch.ops._C.a",
        text: "is missing",
        cause: "a.cpp:2 registers it, pkg/a.py:7 uses it: the library is of older source.",
        next: "rebuild-if-needed",
      },
    ],
    warnings: [
      {
        subject: "torch.ops._C.b",
        text: "the call at pkg/a.py:9 does not fit: it takes 0 arguments by position, and 2 are given",
      },
    ],
  });
});

const PLAIN = 'TORCH_LIBRARY(_C, m) { m.def("a() -> ()"); m.def("peer() -> ()"); }';
const GUARDED =
  'TORCH_LIBRARY(_C, m) {\n#ifdef FAST\n  m.def("a() -> ()");\n#endif\n  m.def("peer() -> ()"); }';
const HELPER =
  'void more(torch::Library &m) { m.def("a() -> ()"); }\nTORCH_LIBRARY(_C, m) { m.def("peer() -> ()"); more(m); }';
const CHANGED_SOURCE: Reason = { kind: "input-changed", path: "b.cu", text: "changed: b.cu" };
const CHANGED_BUILD_FILE: Reason = {
  kind: "input-changed",
  path: "CMakeLists.txt",
  text: "changed: CMakeLists.txt",
};

interface Past {
  readonly had: string;
  readonly has?: string;
  /** Of another platform: an input that this build does not compile. */
  readonly cpu?: string;
  readonly cpuNow?: string;
  readonly since?: readonly Reason[];
  readonly optional?: string;
  readonly peer?: Found;
  readonly builtFrom?: BuiltFrom;
}

/** What registered `a` at the last verified build and what does now, what changed since, and the verdict now that it is missing. */
const LOST: readonly (readonly [string, Past, NameVerdict])[] = [
  ["nothing has changed", { had: PLAIN }, "lost"],
  ["nothing of the file is there", { had: PLAIN, peer: MISSING }, "lost"],
  ["only sources have changed", { had: PLAIN, since: [CHANGED_SOURCE] }, "lost"],
  [
    "sources have, and nothing of the file is there",
    { had: PLAIN, since: [CHANGED_SOURCE], peer: MISSING },
    "maybe-lost",
  ],
  ["a build file has", { had: PLAIN, since: [CHANGED_SOURCE, CHANGED_BUILD_FILE] }, "maybe-lost"],
  ["a variable has", { had: PLAIN, since: [{ kind: "env-changed", text: "CFLAGS" }] }, "maybe-lost"],
  ["its condition stands", { had: GUARDED }, "lost"],
  ["what its condition asks may have changed", { had: GUARDED, since: [CHANGED_SOURCE] }, "maybe-lost"],
  [
    "one of two stands under a condition",
    { had: GUARDED, cpu: PLAIN, since: [CHANGED_SOURCE] },
    "maybe-lost",
  ],
  ["it came under a condition", { had: PLAIN, has: GUARDED, since: [CHANGED_SOURCE] }, "maybe-lost"],
  ["a function that may not be called", { had: HELPER, since: [CHANGED_SOURCE] }, "maybe-lost"],
  ["a function, and nothing has changed", { had: HELPER }, "lost"],
  [
    "another file registered it too, and no longer does",
    { had: PLAIN, cpu: PLAIN, cpuNow: "", since: [CHANGED_SOURCE] },
    "maybe-lost",
  ],
  [
    "nothing registers it any more",
    { had: PLAIN, has: PLAIN.replace('"a(', '"b('), since: [CHANGED_SOURCE] },
    "not-here",
  ],
  ["it is configured to be optional", { had: PLAIN, optional: "torch.ops._C.a" }, "not-built"],
  ["all of its kind are", { had: PLAIN, optional: "torch.ops._C" }, "not-built"],
  ["nobody knows what it was built from", { had: PLAIN, builtFrom: UNKNOWN }, "maybe-stale"],
];

for (const [name, past, expected] of LOST) {
  test(`a name that the last verified build had: ${name}`, () => {
    const { had, has = had, cpu = "", cpuNow = cpu, since = [], optional = "" } = past;
    const uses = { "pkg/a.py": [use("torch.ops._C.a")] };
    const then = nativeNames(scan({ "a.cpp": had, "cpu.cpp": cpu }, uses), () => true);
    const before = beforeOf(seenNames(judge(then, () => PRESENT, THIS)), since);
    const now = nativeNames(scan({ "a.cpp": has, "cpu.cpp": cpuNow }, uses), () => true, [optional]);
    const found = (one: NativeName): Found => (one.name === "a" ? MISSING : (past.peer ?? PRESENT));
    const judged = judge(now, found, past.builtFrom ?? THIS, before);
    const a = judged.find((one) => one.name === "a");
    assert.equal(a?.verdict, expected);
    assert.equal(a.why !== null, expected === "maybe-lost");
    const { problems, warnings } = nameFindings(judged);
    assert.equal(problems.length, expected === "lost" ? 1 : 0);
    assert.equal(warnings.length, expected.startsWith("maybe") ? 1 : 0);
  });
}

test("a record keeps what was found and what registers it", () => {
  const names = nativeNames(scan({ "a.cpp": GUARDED, "rocm.cpp": PLAIN }, {}), (path) => path === "a.cpp");
  assert.deepEqual(seenNames(judge(names, () => PRESENT, THIS)), {
    "torch.ops._C.a": ["a.cpp (#ifdef FAST)"],
    "torch.ops._C.peer": ["a.cpp"],
  });
  assert.deepEqual(seenNames(judge(names, () => MISSING, THIS)), {});
});

test("names that every object has are no names of a record", () => {
  const source = 'PYBIND11_MODULE(constructor, m) { m.def("toString", &x); }';
  const names = nativeNames(
    scan({ "a.cpp": source }, { "pkg/a.py": [use("constructor:toString")] }),
    () => true,
  );
  const judged = judge(names, () => MISSING, THIS, beforeOf({}, []));
  assert.deepEqual([...new Set(judged.map(({ verdict }) => verdict))], ["not-built"]);
});

test("what the last build read beside its inputs configures it too", () => {
  const toolchain = { tools: [], packages: [], variables: {} };
  const fingerprint = { inputs: {}, toolchain, recipe: [], hash: "" };
  const baseline = { names: {}, fingerprint, alsoRead: { "CMakeLists.txt": "1" } };
  const since = (id: string): Before | null =>
    lastVerified({
      known: { kind: "known", baseline },
      observation: { fingerprint, alsoRead: new Map([["CMakeLists.txt", id]]) },
    } as unknown as ObservedExtension);
  assert.deepEqual(since("1")?.configuration, []);
  assert.deepEqual(since("2")?.configuration, ["CMakeLists.txt changed"]);
});
