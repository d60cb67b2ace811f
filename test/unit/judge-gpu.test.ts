import assert from "node:assert/strict";
import test from "node:test";
import { addArchitectures } from "../../src/doctor/asked-architectures.ts";
import type { Extension } from "../../src/model.ts";
import type { DeviceCode } from "../../src/verify/device-code.ts";
import type { GpuCode } from "../../src/verify/gpu-architectures.ts";
import { type GpuTargets, judgeGpu } from "../../src/verify/judge-gpu.ts";

const T4 = { number: 75, name: "Tesla T4" };
const L4 = { number: 89, name: "NVIDIA L4" };
const H100 = { number: 90, name: "" };

const AT_LAUNCH =
  "Its kernels would fail when they are launched: no kernel image is available for execution on the device.";
const ASKED = "It is of a build that was asked for other GPUs, or the build files choose by themselves.";

/** What is said of libraries `a.so`, `b.so` ... of this code: `80 90a ptx90`. */
function judge(
  libraries: readonly (string | DeviceCode)[],
  targets: Partial<GpuTargets>,
): { problems: readonly string[]; warnings: readonly string[] } {
  const found = judgeGpu(
    "/top",
    libraries.map((code, at) => ({
      path: `/top/${"abc"[at]}.so`,
      code: typeof code === "string" ? codeOf(code) : code,
    })),
    { present: [], asked: null, next: (gpus) => `add ${gpus.join(", ")}`, ...targets },
  );
  const lines = (list: typeof found.problems): string[] =>
    list.map(({ subject, text, cause, next }) =>
      [`${subject}: ${text}`, cause, next].filter((line) => line !== undefined).join(" | "),
    );
  return { problems: lines(found.problems), warnings: lines(found.warnings) };
}

function codeOf(text: string, unknown: string | null = null): DeviceCode {
  const codes = text.split(" ").flatMap((word): GpuCode[] => {
    const [, kind, number, suffix] = /^(ptx|lto)?(\d+)([af]?)$/.exec(word) ?? [];
    if (number === undefined) return [];
    return [
      {
        kind: kind === "ptx" || kind === "lto" ? kind : "cubin",
        number: Number(number),
        suffix: suffix === "a" || suffix === "f" ? suffix : "",
      },
    ];
  });
  return { codes, unknown, rocm: null };
}

function asked(place: string, numbers: readonly number[], isCertain = true): Partial<GpuTargets> {
  return { asked: { place, numbers, isCertain } };
}

const NOTHING = { problems: [], warnings: [] };

test("a GPU that is covered, by machine code or by PTX", () => {
  for (const code of ["80 90a", "89", "ptx75", "90 ptx80"])
    assert.deepEqual(judge([code], { present: [L4] }), NOTHING, code);
  assert.deepEqual(judge(["75"], {}), NOTHING, "no GPU here, and none asked for");
});

test("no GPU here is covered", () => {
  assert.deepEqual(judge(["80 90a ptx100"], { present: [T4] }), {
    problems: [
      `a.so: has no code for this machine's GPU (7.5, Tesla T4): it holds 8.0, 9.0a; PTX 10.0 | ${AT_LAUNCH} | add 75`,
    ],
    warnings: [],
  });
  assert.deepEqual(judge(["100"], { present: [T4, H100] }).problems, [
    `a.so: has no code for this machine's GPUs (7.5, Tesla T4; 9.0): it holds 10.0 | ${AT_LAUNCH} | add 75, 90`,
  ]);
});

test("one of two GPUs is not covered: a warning", () => {
  assert.deepEqual(judge(["80"], { present: [T4, L4] }), {
    problems: [],
    warnings: [
      `a.so: has no code for this machine's GPU (7.5, Tesla T4): it holds 8.0 | ${AT_LAUNCH} | add 75`,
    ],
  });
});

test("a library for other GPUs beside one that covers is a warning, two that do not are problems", () => {
  assert.deepEqual(judge(["89", "90a"], { present: [L4] }), {
    problems: [],
    warnings: [
      `b.so: has no code for this machine's GPU (8.9, NVIDIA L4): it holds 9.0a | ${AT_LAUNCH} | add 89`,
    ],
  });
  assert.equal(judge(["100", "90a"], { present: [L4] }).problems.length, 2);
});

test("a list that leaves out the GPU here was meant so: a warning", () => {
  assert.deepEqual(judge(["90"], { present: [L4], ...asked("TORCH_CUDA_ARCH_LIST=9.0", [90]) }), {
    problems: [],
    warnings: [
      `a.so: has no code for this machine's GPU (8.9, NVIDIA L4): it holds 9.0, as TORCH_CUDA_ARCH_LIST=9.0 asks | ${AT_LAUNCH} | add 89`,
    ],
  });
});

test("none of what was asked for is there", () => {
  const list = asked("CUDAARCHS=75;80", [75, 80]);
  const line = `a.so: has no code for 7.5, 8.0, which CUDAARCHS=75;80 asks for: it holds 9.0 | ${ASKED} | rebuild-if-needed --force`;
  assert.deepEqual(judge(["90"], list), { problems: [line], warnings: [] });
  assert.deepEqual(
    judge(["90"], { present: [H100], ...list }),
    { problems: [], warnings: [line] },
    "it runs",
  );
  const uncertain = asked("CUDAARCHS=75;80", [75, 80], false);
  assert.deepEqual(judge(["90"], uncertain), { problems: [], warnings: [line] }, "build files that choose");
});

test("only some of what was asked for is there", () => {
  assert.deepEqual(judge(["80"], asked("CUDAARCHS=75;86;90", [75, 86, 90])), {
    problems: [],
    warnings: [
      `a.so: has no code for 7.5, 9.0, which CUDAARCHS=75;86;90 asks for: it holds 8.0 | ${ASKED} | rebuild-if-needed --force`,
    ],
  });
  assert.deepEqual(
    judge(["80"], asked("CUDAARCHS=75;86", [75, 86], false)),
    NOTHING,
    "build files that choose",
  );
});

test("what cannot be told is a warning, and only where it matters", () => {
  const strange = codeOf("80", "a fatbin starts with 0x0");
  assert.deepEqual(judge([strange], { present: [L4] }), NOTHING);
  assert.deepEqual(judge([strange], { present: [T4] }), {
    problems: [],
    warnings: [
      "a.so: cannot tell whether it has code for this machine's GPU (7.5, Tesla T4): a fatbin starts with 0x0",
    ],
  });
  assert.deepEqual(judge(["lto75"], asked("CUDAARCHS=75", [75])).warnings, [
    "a.so: cannot tell whether it has code for 7.5, which CUDAARCHS=75 asks for: some of its code is for a linker (LTO)",
  ]);
});

test("code for AMD GPUs alone is not judged", () => {
  const rocm = { architectures: [], unknown: "its code for AMD GPUs is compressed" };
  assert.deepEqual(judge([{ codes: [], unknown: null, rocm }], { present: [L4] }), NOTHING);
});

test("what to type for a GPU that is not covered", () => {
  const next = (
    extension: Partial<Extension>,
    variables: Record<string, string>,
    ...gpus: number[]
  ): string =>
    addArchitectures({ extension: { packages: [], tools: [], recipe: [], ...extension }, variables }, gpus);
  const torch = { packages: ["torch"] };
  assert.equal(next(torch, {}, 89), "TORCH_CUDA_ARCH_LIST='8.9' rebuild-if-needed");
  const list = { TORCH_CUDA_ARCH_LIST: "9.0a 10.0+PTX", CUDAARCHS: "90" };
  assert.equal(next(torch, list, 75, 89), "TORCH_CUDA_ARCH_LIST='9.0a;10.0+PTX;7.5;8.9' rebuild-if-needed");
  assert.equal(next({ tools: ["cmake"] }, list, 89), "CUDAARCHS='90;89' rebuild-if-needed");
  assert.equal(
    next(torch, { TORCH_CUDA_ARCH_LIST: "All" }, 89),
    "TORCH_CUDA_ARCH_LIST='8.9' rebuild-if-needed",
  );
  assert.equal(next({}, list, 75, 89), "have it compiled for sm_75, sm_89, then: rebuild-if-needed");
});
