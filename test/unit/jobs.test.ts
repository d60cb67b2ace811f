import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import fc from "fast-check";
import { chooseJobs, type JobFacts, readMachine } from "../../src/build/jobs.ts";

const GIB = 2 ** 30;
const PLENTY: JobFacts = {
  cores: 8,
  freeBytes: 64 * GIB,
  cgroupLimitBytes: null,
  cgroupUsedBytes: 0,
  nvccThreads: 1,
  hasCuda: false,
};

const CASES: readonly (readonly [string, Partial<JobFacts>, number, string])[] = [
  ["cores", {}, 8, "8 cores"],
  ["memory", { freeBytes: 6 * GIB }, 3, "6.0 GiB free memory / 1.5 GiB a job"],
  [
    "a container",
    { cgroupLimitBytes: 5 * GIB, cgroupUsedBytes: GIB },
    2,
    "4.0 GiB left in this container / 1.5 GiB a job",
  ],
  ["a roomy container", { cgroupLimitBytes: 200 * GIB, cgroupUsedBytes: GIB }, 8, "8 cores"],
  ["nvcc", { hasCuda: true, freeBytes: 32 * GIB }, 6, "32.0 GiB free memory / 4.0 GiB a job"],
  [
    "nvcc threads, memory",
    { hasCuda: true, nvccThreads: 2, freeBytes: 20 * GIB },
    2,
    "20.0 GiB free memory / 8.0 GiB a job",
  ],
  ["nvcc threads, cores", { hasCuda: true, nvccThreads: 4 }, 2, "8 cores / 4 nvcc threads"],
  ["nvcc threads without CUDA", { nvccThreads: 4 }, 8, "8 cores"],
  ["MAX_JOBS as a ceiling", { maxJobs: "3" }, 3, "MAX_JOBS=3"],
  ["MAX_JOBS is no floor", { maxJobs: "99" }, 8, "8 cores"],
  ["MAX_JOBS that is no number", { maxJobs: "all" }, 8, "8 cores"],
  ["MAX_JOBS=0", { maxJobs: "0" }, 8, "8 cores"],
  ["no memory", { freeBytes: 0 }, 1, "0.0 GiB free memory / 1.5 GiB a job"],
  [
    "a full container",
    { cgroupLimitBytes: GIB, cgroupUsedBytes: 2 * GIB },
    1,
    "0.0 GiB left in this container / 1.5 GiB a job",
  ],
];

for (const [name, facts, jobs, why] of CASES) {
  test(`jobs: ${name}`, () => {
    const chosen = chooseJobs({ ...PLENTY, ...facts });
    assert.deepEqual([chosen.jobs, chosen.why], [jobs, why]);
  });
}

test("one job that has no room is said so", () => {
  assert.equal(chooseJobs({ ...PLENTY, freeBytes: GIB }).fits, false);
  assert.equal(chooseJobs({ ...PLENTY, freeBytes: 2 * GIB }).fits, true);
});

test("law: at least one job, never more than cores or MAX_JOBS, and more memory never means fewer", () => {
  const facts = fc.record({
    cores: fc.integer({ min: 1, max: 256 }),
    freeBytes: fc.integer({ min: 0, max: 2 ** 42 }),
    cgroupLimitBytes: fc.option(fc.integer({ min: 0, max: 2 ** 42 })),
    cgroupUsedBytes: fc.integer({ min: 0, max: 2 ** 42 }),
    maxJobs: fc.integer({ min: 1, max: 300 }).map(String),
    nvccThreads: fc.integer({ min: 1, max: 16 }),
    hasCuda: fc.boolean(),
  });
  fc.assert(
    fc.property(facts, (given) => {
      const { jobs } = chooseJobs(given);
      assert.ok(jobs >= 1 && jobs <= Math.min(given.cores, Number(given.maxJobs)));
      assert.ok(chooseJobs({ ...given, freeBytes: given.freeBytes * 2 }).jobs >= jobs);
    }),
  );
});

test("this machine has a core and memory", () => {
  const machine = readMachine();
  assert.ok(machine.cores >= 1 && machine.cores <= availableParallelism());
  assert.ok(machine.freeBytes > 0);
});

const MEMINFO = "MemTotal:       16000000 kB\nMemFree:         1000000 kB\nMemAvailable:    8000000 kB\n";

test("control groups, version 2: the tightest of all above this process, file caches not counted", (t) => {
  const root = fakeRoot(t, {
    "proc/meminfo": MEMINFO,
    "proc/self/cgroup": "0::/user.slice/build.scope\n",
    "sys/fs/cgroup/user.slice/memory.max": "4000000000\n",
    "sys/fs/cgroup/user.slice/memory.current": "3000000000\n",
    "sys/fs/cgroup/user.slice/memory.stat": "anon 100\ninactive_file 1000000000\n",
    "sys/fs/cgroup/user.slice/cpu.max": "100000 100000\n",
    "sys/fs/cgroup/user.slice/build.scope/memory.max": "max\n",
    "sys/fs/cgroup/user.slice/build.scope/memory.current": "500\n",
    "sys/fs/cgroup/user.slice/build.scope/cpu.max": "max 100000\n",
  });
  assert.deepEqual(readMachine(root), {
    cores: 1,
    freeBytes: 8_000_000 * 1024,
    cgroupLimitBytes: 4_000_000_000,
    cgroupUsedBytes: 2_000_000_000,
  });
});

test("control groups, version 1: a container sees its own limit as the root", (t) => {
  const root = fakeRoot(t, {
    "proc/meminfo": MEMINFO,
    "proc/self/cgroup": "4:memory:/docker/0123\n2:cpu,cpuacct:/docker/0123\n0::/\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "2147483648\n",
    "sys/fs/cgroup/memory/memory.usage_in_bytes": "1500000000\n",
    "sys/fs/cgroup/memory/memory.stat": "inactive_file 1\ntotal_inactive_file 500000000\n",
    "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "150000\n",
    "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
  });
  const machine = readMachine(root);
  assert.deepEqual(
    [machine.cgroupLimitBytes, machine.cgroupUsedBytes, machine.cores],
    [2_147_483_648, 1_000_000_000, 1],
  );
});

test("version 1 writes no limit as a number near 2^63", (t) => {
  const root = fakeRoot(t, {
    "proc/meminfo": MEMINFO,
    "proc/self/cgroup": "4:memory:/\n1:cpu:/\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
    "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
  });
  const machine = readMachine(root);
  assert.deepEqual([machine.cgroupLimitBytes, machine.cores], [null, availableParallelism()]);
});

test("without /proc (macOS) there is some memory and no limit", (t) => {
  const machine = readMachine(fakeRoot(t, {}));
  assert.equal(machine.cgroupLimitBytes, null);
  assert.ok(machine.freeBytes > 0);
});

function fakeRoot(t: { after(task: () => void): void }, files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "jobs-"));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
