import assert from "node:assert/strict";
import test from "node:test";
import { type GpuCode, runsOn } from "../../src/verify/gpu-architectures.ts";

const GPUS = [75, 80, 86, 89, 90, 100, 103, 110, 120, 121];

/**
 * Code, and the GPUs that run it. Families are those of the CUDA C++ Programming Guide, "Family-Specific Compatibility";
 * the rest are its rules of binary and PTX compatibility.
 */
const RUNS: readonly (readonly [string, readonly number[]])[] = [
  ["cubin 75", [75]],
  ["cubin 80", [80, 86, 89]],
  ["cubin 86", [86, 89]],
  ["cubin 89", [89]],
  ["cubin 90", [90]],
  ["cubin 90a", [90]],
  ["cubin 100", [100, 103]],
  ["cubin 100a", [100]],
  ["cubin 100f", [100, 103]],
  ["cubin 103a", [103]],
  ["cubin 103f", [103]],
  ["cubin 110f", [110]],
  ["cubin 120", [120, 121]],
  ["cubin 120a", [120]],
  ["cubin 120f", [120, 121]],
  ["cubin 121f", [121]],
  ["ptx 75", GPUS],
  ["ptx 86", [86, 89, 90, 100, 103, 110, 120, 121]],
  ["ptx 90", [90, 100, 103, 110, 120, 121]],
  ["ptx 90a", [90]],
  ["ptx 100a", [100]],
  ["ptx 100f", [100, 103]],
  ["ptx 120", [120, 121]],
  ["ptx 120f", [120, 121]],
  ["ptx 121f", [121]],
  ["lto 80", []],
];

for (const [text, gpus] of RUNS) {
  test(`${text} runs on ${gpus.join(", ") || "none"}`, () => {
    assert.deepEqual(
      GPUS.filter((gpu) => runsOn(parse(text), gpu)),
      gpus,
    );
  });
}

function parse(text: string): GpuCode {
  const [, kind, number, suffix] = /^(cubin|ptx|lto) (\d+)([af]?)$/.exec(text) ?? [];
  if (kind !== "cubin" && kind !== "ptx" && kind !== "lto") throw new Error(`no code: ${text}`);
  return { kind, number: Number(number), suffix: suffix === "a" || suffix === "f" ? suffix : "" };
}
