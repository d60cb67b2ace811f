import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { halve, loadText, loadVariables } from "../../src/build/load.ts";

test("jobs are halved before nvcc's threads, and one of each is the least", () => {
  assert.deepEqual(halve({ jobs: 5, nvccThreads: 4 }), { jobs: 2, nvccThreads: 4 });
  assert.deepEqual(halve({ jobs: 1, nvccThreads: 4 }), { jobs: 1, nvccThreads: 2 });
  assert.equal(halve({ jobs: 1, nvccThreads: 1 }), null);
});

test("half is always less, and never nothing", () => {
  const some = fc.integer({ min: 1, max: 1000 });
  fc.assert(
    fc.property(some, some, (jobs, nvccThreads) => {
      const less = halve({ jobs, nvccThreads });
      if (less === null) return jobs === 1 && nvccThreads === 1;
      return less.jobs >= 1 && less.nvccThreads >= 1 && less.jobs * less.nvccThreads < jobs * nvccThreads;
    }),
  );
});

test("the words and the variables of a load", () => {
  assert.equal(loadText({ jobs: 1, nvccThreads: 1 }), "1 job at once");
  assert.equal(loadText({ jobs: 4, nvccThreads: 2 }), "4 jobs of 2 threads at once");
  const variables = { MAX_JOBS: "4", CMAKE_BUILD_PARALLEL_LEVEL: "4" };
  assert.deepEqual(loadVariables({ jobs: 4, nvccThreads: 0 }), variables);
  assert.deepEqual(loadVariables({ jobs: 4, nvccThreads: 2 }), { ...variables, NVCC_THREADS: "2" });
});
