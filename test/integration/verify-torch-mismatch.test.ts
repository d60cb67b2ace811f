import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { type VerifyReport, verifyOutputs } from "../../src/verify/verify.ts";
import { library, put, scratch, thisPython } from "../helpers/native.ts";

const python = await thisPython();

const STRING = "NSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE";
/** The parts of torch that verifying asks for, with real mangled names. */
const LIBC10 = `
void error(void) __asm__("_ZN3c105ErrorC2ENS_14SourceLocationE${STRING}"); void error(void) {}
void set_device(void) __asm__("_ZN3c104cuda9SetDeviceEab"); void set_device(void) {}
int registered[8]; int registrations; void enroll(int number) { registered[registrations++] = number; }
`;
const TORCH = `
import ctypes, os
_c10 = ctypes.CDLL(os.path.join(os.path.dirname(__file__), "lib", "libc10.so"))
class ops:
    load_library = staticmethod(ctypes.CDLL)
class _C:
    @staticmethod
    def _jit_get_schemas_for_operator(name):
        count = ctypes.c_int.in_dll(_c10, "registrations").value
        numbers = (ctypes.c_int * 8).in_dll(_c10, "registered")[:count]
        return ["%s(Tensor a) -> Tensor" % name] if name == "mine::add" and 7 in numbers else []
`;

/** A folder that stands for site-packages with torch 2.9.0 in it. */
function fakeTorch(folder: string): string {
  put(join(folder, "torch", "__init__.py"), TORCH);
  put(join(folder, "torch", "version.py"), "__version__ = '2.9.0+cpu'\n");
  library(join(folder, "torch", "lib", "libc10.so"), LIBC10, "-Wl,-soname,libc10.so");
  return folder;
}

/** A library of operators as torch extensions are: linked to libc10 without a path to it, and without PyInit. */
function operators(top: string, site: string, name: string, source: string): string {
  return library(
    join(top, name),
    source,
    "-Wl,--no-as-needed,--unresolved-symbols=ignore-all",
    `-L${join(site, "torch", "lib")}`,
    "-lc10",
  );
}

function verify(
  top: string,
  site: string,
  outputs: readonly string[],
  require: readonly string[],
): Promise<VerifyReport> {
  const environment = { PATH: process.env["PATH"], PYTHONPATH: site };
  return verifyOutputs({
    top,
    outputs,
    require,
    interpreter: python,
    environment,
    timeoutMs: 60_000,
    probe: true,
  });
}

test("operators are found once torch has loaded their library", async (t) => {
  const top = scratch(t);
  const site = fakeTorch(scratch(t));
  const source = "void enroll(int); __attribute__((constructor)) static void start(void) { enroll(7); }";
  const output = operators(top, site, "libops.so", source);
  const report = await verify(top, site, [output], ["torch.ops.mine.add", "torch.ops.mine.sub"]);
  assert.deepEqual(report.problems, [
    { subject: "torch.ops.mine.sub", text: "is not registered by any output" },
  ]);
  assert.deepEqual(report.schemas, { "torch.ops.mine.add": ["mine::add(Tensor a) -> Tensor"] });
  assert.deepEqual(report.warnings, []);
});

test("another torch and another C++ ABI are told apart", async (t) => {
  const top = scratch(t);
  const site = fakeTorch(scratch(t));
  const calls = (name: string): string => `void call(void) __asm__("${name}"); void (*used)(void) = call;`;
  const outputs = [
    operators(top, site, "other.so", calls("_ZN3c104cuda9SetDeviceEa")),
    operators(top, site, "abi.so", calls("_ZN5torch3jit17parseSchemaOrNameERKSsb")),
    operators(top, site, "same.so", calls("_ZN3c104cuda9SetDeviceEab")),
  ];
  const report = await verify(top, site, outputs, []);
  assert.deepEqual(report.problems, [
    {
      subject: "other.so",
      text: "has undefined symbols: _ZN3c104cuda9SetDeviceEa",
      cause: "It was built against another torch than torch 2.9.0+cpu.",
    },
    {
      subject: "abi.so",
      text: "has undefined symbols: _ZN5torch3jit17parseSchemaOrNameERKSsb",
      cause: "C++ string ABI differs: it was compiled with _GLIBCXX_USE_CXX11_ABI=0, torch 2.9.0+cpu with 1.",
    },
  ]);
});

test("a torch that lacks a library the extension needs", async (t) => {
  const top = scratch(t);
  const site = fakeTorch(scratch(t));
  const gone = library(
    join(scratch(t), "libc10_cuda.so"),
    "int cuda(void) { return 1; }",
    "-Wl,-soname,libc10_cuda.so",
  );
  const output = library(join(top, "cuda.so"), "int cuda(void); int use(void) { return cuda(); }", gone);
  const report = await verify(top, site, [output], []);
  assert.deepEqual(report.problems, [
    {
      subject: "cuda.so",
      text: "needs libc10_cuda.so, not found",
      cause:
        "torch 2.9.0+cpu has no libc10_cuda.so: it was built against another torch (a CPU build has no CUDA libraries).",
    },
  ]);
});
