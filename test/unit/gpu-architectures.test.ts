import assert from "node:assert/strict";
import test from "node:test";
import {
  covers,
  parseCMakeList,
  parseFlags,
  parseKnown,
  parseTorchList,
} from "../../src/doctor/gpu-architectures.ts";

test("torch's list: numbers, suffixes, PTX, names of generations", () => {
  assert.deepEqual(parseTorchList("8.0 9.0a;12.0+PTX"), [
    { number: 80, suffix: "", hasCode: true, hasPtx: false },
    { number: 90, suffix: "a", hasCode: true, hasPtx: false },
    { number: 120, suffix: "", hasCode: true, hasPtx: true },
  ]);
  assert.deepEqual(
    parseTorchList("Ampere")?.map(({ number, hasPtx }) => [number, hasPtx]),
    [
      [80, false],
      [86, true],
    ],
  );
  assert.deepEqual(
    parseTorchList("Ampere+Tegra")?.map(({ number }) => number),
    [87],
  );
  for (const open of ["Auto", "All", "", "8.0;Common"]) assert.equal(parseTorchList(open), null, open);
});

test("CMake's list: code and PTX by default, one of them by suffix", () => {
  assert.deepEqual(parseCMakeList("80;90a-real;120-virtual"), [
    { number: 80, suffix: "", hasCode: true, hasPtx: true },
    { number: 90, suffix: "a", hasCode: true, hasPtx: false },
    { number: 120, suffix: "", hasCode: false, hasPtx: true },
  ]);
  for (const open of ["native", "all", "all-major", "OFF", ""])
    assert.equal(parseCMakeList(open), null, open);
});

test("nvcc's flags and its answer", () => {
  const flags = "-O3 -gencode arch=compute_90a,code=sm_90a -arch=sm_120";
  assert.deepEqual(
    parseFlags(flags).map(({ number }) => number),
    [90, 90, 120],
  );
  assert.deepEqual([...parseKnown("compute_75\ncompute_100\n")], [75, 100]);
});

/** List, GPU, whether it runs there: the rules of the CUDA programming guide on binary and PTX compatibility. */
const COVERED: readonly (readonly [string, number, boolean])[] = [
  ["8.0", 80, true],
  ["8.0", 86, true],
  ["8.6", 80, false],
  ["8.0", 90, false],
  ["8.0+PTX", 90, true],
  ["9.0+PTX", 86, false],
  ["9.0a", 90, true],
  ["9.0a+PTX", 100, false],
  ["10.0f", 103, true],
  ["10.0f", 120, false],
];

for (const [list, gpu, isCovered] of COVERED) {
  test(`code for ${list} ${isCovered ? "runs" : "does not run"} on ${gpu}`, () => {
    assert.equal(covers(parseTorchList(list) ?? [], gpu), isCovered);
  });
}
