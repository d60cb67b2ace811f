/** How many compilers may run at once, so that a build does not take the machine's memory. */
import { readFileSync } from "node:fs";
import { availableParallelism, freemem, totalmem } from "node:os";
import { dirname, join } from "node:path";

/** What a build has to share out. */
export interface Machine {
  readonly cores: number;
  /** Memory that can be had without swapping. */
  readonly freeBytes: number;
  /** Tightest limit of the control groups that this process is in, or null. */
  readonly cgroupLimitBytes: number | null;
  /** What counts against that limit and cannot be given back. */
  readonly cgroupUsedBytes: number;
}

export interface JobFacts extends Machine {
  /** `MAX_JOBS` as a person set it. */
  readonly maxJobs?: string;
  /** Threads of each nvcc (`NVCC_THREADS`): each takes memory as a job of its own. */
  readonly nvccThreads: number;
  readonly hasCuda: boolean;
}

export interface Jobs {
  readonly jobs: number;
  /** For people: what set the number. */
  readonly why: string;
  /** False when not even one job has the room that it may need. */
  readonly fits: boolean;
}

const GIB = 2 ** 30;
/** C++ with torch's headers; nvcc takes 3 to 5 GB for each of its threads on attention kernels. */
const CXX_BYTES = 1.5 * GIB;
const NVCC_THREAD_BYTES = 4 * GIB;
/** The rest is for the linker, the editor and what was guessed too low. */
const USABLE = 0.8;

/** As many jobs as cores and memory allow, at least one; a person's MAX_JOBS is a ceiling, never a floor. */
export function chooseJobs(facts: JobFacts): Jobs {
  const threads = facts.hasCuda ? Math.max(1, facts.nvccThreads) : 1;
  const perJob = facts.hasCuda ? NVCC_THREAD_BYTES * threads : CXX_BYTES;
  const room = roomOf(facts);
  const limits: (readonly [number, string])[] = [
    [
      Math.floor(facts.cores / threads),
      threads > 1 ? `${facts.cores} cores / ${threads} nvcc threads` : `${facts.cores} cores`,
    ],
    [Math.floor((room.bytes * USABLE) / perJob), `${gib(room.bytes)} ${room.of} / ${gib(perJob)} a job`],
  ];
  const ceiling = parseCeiling(facts.maxJobs);
  if (ceiling !== null) limits.push([ceiling, `MAX_JOBS=${ceiling}`]);
  const [least, why] = limits.reduce((tightest, limit) => (limit[0] < tightest[0] ? limit : tightest));
  return { jobs: Math.max(1, least), why, fits: room.bytes >= perJob };
}

/**
 * Cores and memory as they are now, inside the control groups of this process.
 * @param root folder that holds `proc` and `sys`.
 */
export function readMachine(root = "/"): Machine {
  const group = readGroups(root);
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(readText(join(root, "proc/meminfo")) ?? "")?.[1];
  return {
    cores: Math.max(1, Math.min(availableParallelism(), group.cores)),
    // Without /proc (macOS) "free" leaves out the caches, which is most of the memory.
    freeBytes: available === undefined ? Math.max(freemem(), totalmem() / 2) : Number(available) * 1024,
    cgroupLimitBytes: group.limit,
    cgroupUsedBytes: group.used,
  };
}

function roomOf(machine: Machine): { readonly bytes: number; readonly of: string } {
  const { freeBytes, cgroupLimitBytes, cgroupUsedBytes } = machine;
  const inGroup = cgroupLimitBytes === null ? Infinity : Math.max(0, cgroupLimitBytes - cgroupUsedBytes);
  return inGroup < freeBytes
    ? { bytes: inGroup, of: "left in this container" }
    : { bytes: freeBytes, of: "free memory" };
}

function parseCeiling(text: string | undefined): number | null {
  const digits = /^\s*(\d{1,6})\s*$/.exec(text ?? "")?.[1];
  return digits === undefined || Number(digits) === 0 ? null : Number(digits);
}

function gib(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}

interface Group {
  readonly limit: number | null;
  readonly used: number;
  readonly cores: number;
}

/** The tightest of all groups above this process; a container sees its own as the root of the file system. */
function readGroups(root: string): Group {
  let tightest: Group = { limit: null, used: 0, cores: Infinity };
  for (const line of (readText(join(root, "proc/self/cgroup")) ?? "").split("\n")) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    const base = join(root, "sys/fs/cgroup", controllers);
    for (const folder of upwards(path)) tightest = tighter(tightest, readGroup(join(base, folder)));
  }
  return tightest;
}

function upwards(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...upwards(parent)];
}

/** The files of version 2, then those of version 1; a folder has one sort. */
function readGroup(folder: string): Group {
  const limit = readNumber(join(folder, "memory.max")) ?? readNumber(join(folder, "memory.limit_in_bytes"));
  const usage =
    readNumber(join(folder, "memory.current")) ?? readNumber(join(folder, "memory.usage_in_bytes")) ?? 0;
  // Cached files count as used, but are given back when memory is short.
  const stat = readText(join(folder, "memory.stat")) ?? "";
  const cached = (/^total_inactive_file (\d+)/m.exec(stat) ?? /^inactive_file (\d+)/m.exec(stat))?.[1] ?? 0;
  const [quota = NaN, period = NaN] = (readText(join(folder, "cpu.max")) ?? "").split(" ").map(Number);
  const oldQuota =
    (readNumber(join(folder, "cpu.cfs_quota_us")) ?? NaN) /
    (readNumber(join(folder, "cpu.cfs_period_us")) ?? NaN);
  const cores = [quota / period, oldQuota].find((value) => value > 0) ?? Infinity;
  return { limit, used: Math.max(0, usage - Number(cached)), cores: Math.max(1, Math.floor(cores)) };
}

function tighter(a: Group, b: Group): Group {
  const cores = Math.min(a.cores, b.cores);
  const left = (group: Group): number => (group.limit === null ? Infinity : group.limit - group.used);
  return left(b) < left(a) ? { ...b, cores } : { ...a, cores };
}

/** Null for no file, for `max`, and for version 1's way to say the same: a number near 2^63. */
function readNumber(file: string): number | null {
  const text = readText(file)?.trim() ?? "";
  return /^\d+$/.test(text) && Number(text) < 2 ** 60 ? Number(text) : null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
