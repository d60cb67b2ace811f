import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { type VerifyReport, verifyOutputs } from "../../src/verify/verify.ts";
import { library, scratch, thisPython } from "../helpers/native.ts";
import { operatorLibrary, standInTorch } from "../helpers/stand-in-torch.ts";

const python = await thisPython();

function verify(
  top: string,
  site: string,
  outputs: readonly string[],
  require: readonly string[],
  builtTorch: string | null = null,
): Promise<VerifyReport> {
  const environment = { PATH: process.env["PATH"], PYTHONPATH: site };
  return verifyOutputs({
    top,
    outputs,
    require,
    interpreter: python,
    environment,
    timeoutMs: 60_000,
    builtTorch,
    probe: true,
  });
}

test("operators are found once torch has loaded their library", async (t) => {
  const top = scratch(t);
  const site = standInTorch(scratch(t));
  const source = "void enroll(int); __attribute__((constructor)) static void start(void) { enroll(7); }";
  const output = operatorLibrary(join(top, "libops.so"), site, source);
  const report = await verify(top, site, [output], ["torch.ops.mine.add", "torch.ops.mine.sub"]);
  assert.deepEqual(report.problems, [
    {
      subject: "torch.ops.mine.sub",
      text: "is not registered by any output",
      cause: "The libraries are older than what asks for it, or were built without it.",
    },
  ]);
  assert.deepEqual(report.schemas, { "torch.ops.mine.add": ["mine::add(Tensor a) -> Tensor"] });
  assert.deepEqual(report.warnings, []);
});

test("another torch and another C++ ABI are told apart", async (t) => {
  const top = scratch(t);
  const site = standInTorch(scratch(t));
  const calls = (name: string): string => `void call(void) __asm__("${name}"); void (*used)(void) = call;`;
  const outputs = [
    operatorLibrary(join(top, "other.so"), site, calls("_ZN3c104cuda9SetDeviceEa")),
    operatorLibrary(join(top, "abi.so"), site, calls("_ZN5torch3jit17parseSchemaOrNameERKSsb")),
    operatorLibrary(join(top, "same.so"), site, calls("_ZN3c104cuda9SetDeviceEab")),
  ];
  const report = await verify(top, site, outputs, []);
  assert.deepEqual(report.problems, [
    {
      subject: "other.so",
      text: "has undefined symbols: c10::cuda::SetDevice(signed char) (_ZN3c104cuda9SetDeviceEa)",
      cause: "It was built against another torch than torch 2.9.0+cpu.",
    },
    {
      subject: "abi.so",
      text: "has undefined symbols: torch::jit::parseSchemaOrName(std::string const&, bool) (_ZN5torch3jit17parseSchemaOrNameERKSsb)",
      cause: "C++ string ABI differs: it was compiled with _GLIBCXX_USE_CXX11_ABI=0, torch 2.9.0+cpu with 1.",
    },
  ]);
});

test("which torch it was built against, where a record tells", async (t) => {
  const top = scratch(t);
  const site = standInTorch(scratch(t));
  const source = 'void call(void) __asm__("_ZN3c104cuda9SetDeviceEa"); void (*used)(void) = call;';
  const output = operatorLibrary(join(top, "other.so"), site, source);
  const causes = async (built: string): Promise<unknown[]> =>
    (await verify(top, site, [output], [], built)).problems.map(({ cause }) => cause);
  assert.deepEqual(await causes("2.8.0"), ["It was built against torch 2.8.0; here is torch 2.9.0+cpu."]);
  assert.deepEqual(await causes("2.9.0+cpu"), ["It was built against another torch than torch 2.9.0+cpu."]);
});

test("a torch that lacks a library the extension needs", async (t) => {
  const top = scratch(t);
  const site = standInTorch(scratch(t));
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
