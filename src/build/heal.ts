/** `heal-mtimes`: after a branch round trip, inputs get back the times that ninja and make know them by. */
import { closeSync, constants, fstatSync, futimesSync, lstatSync, openSync, type BigIntStats } from "node:fs";
import { passesSymlink } from "../fingerprint/outputs.ts";
import { contentIds, fullPath } from "../git/content-id.ts";
import type { WorkTree } from "../git/work-tree.ts";
import type { InputTime, InputTimes, RepoPath } from "../model.ts";
import type { Observed } from "../observe.ts";
import { planHeal } from "./heal-plan.ts";
import { isIntact } from "./intact-build.ts";
import { worktreeLock } from "./lock-places.ts";
import { takeLock } from "./lock.ts";

/** Times, sizes and ids of the inputs as a build that is just done has found them. One that moves meanwhile is left out. */
export async function readInputTimes(
  top: string,
  tree: WorkTree,
  paths: Iterable<RepoPath>,
): Promise<InputTimes> {
  const builtAtMs = Date.now();
  const before = statsOf(top, paths);
  const ids = await contentIds(top, [...before.keys()], hashNameOf(tree));
  const files: Record<RepoPath, InputTime> = {};
  for (const [path, stat] of before) {
    const id = ids.get(path);
    if (id === undefined || !isSame(stat, statOf(top, path))) continue;
    files[path] = { mtimeNs: String(stat.mtimeNs), size: Number(stat.size), id };
  }
  return { builtAtMs, files };
}

/**
 * Gives inputs whose content is what the last build found the time that they had then. Not while a build runs: it goes
 * by the ctime of its inputs. Never fails: a time that cannot be set stays.
 * @returns how many were set.
 */
export async function healWhenIdle(observed: Observed): Promise<number> {
  const answer = await takeLock(worktreeLock(observed.ws), "heal-mtimes").catch(() => null);
  if (answer?.kind !== "held") return 0;
  try {
    return await healTimes(observed);
  } finally {
    answer.lock.release();
  }
}

/** The same for whoever holds the work tree's lock. */
export async function healTimes(observed: Observed): Promise<number> {
  const { ws, config, tree } = observed;
  if (observed.extensions.length !== config.extensions.length) return 0; // an input may be another one's too
  const baselines = observed.extensions.map(({ known }) => (known.kind === "known" ? known.baseline : null));
  if (!baselines.some((baseline) => baseline?.inputTimes)) return 0;
  const found = statsOf(ws.top, new Set(observed.extensions.flatMap(({ inputs }) => [...inputs.keys()])));
  const recorded = baselines.flatMap((baseline) => Object.entries(baseline?.inputTimes?.files ?? {}));
  const isYounger = ([path, time]: readonly [RepoPath, InputTime]): boolean =>
    (found.get(path)?.mtimeNs ?? 0n) > BigInt(time.mtimeNs);
  if (!recorded.some(isYounger)) return 0; // the common case: no walk through build directories
  const plan = planHeal(
    observed.extensions.map(({ extension, inputs }, at) => {
      const baseline = baselines[at] ?? null;
      return {
        inputs: inputs.keys(),
        baseline,
        isIntact: baseline !== null && isIntact(observed, extension, baseline),
      };
    }),
  );
  const touched = [...plan]
    .filter(isYounger)
    .filter(([path, { size }]) => mayHeal(ws.top, path, found, size));
  const hashName = hashNameOf(tree);
  const paths = touched.map(([path]) => path);
  const ids = await contentIds(ws.top, paths, hashName);
  const healed = touched.filter(
    ([path, time]) => ids.get(path) === time.id && setBack(ws.top, path, found.get(path), time),
  );
  // Whoever wrote between the hash and the new time would have kept an old time on new content.
  const after = await contentIds(
    ws.top,
    healed.map(([path]) => path),
    hashName,
  );
  const written = healed.filter(([path, { id }]) => after.get(path) !== id);
  for (const [path] of written) setTime(ws.top, path, () => Date.now() / 1000);
  return healed.length - written.length;
}

function statsOf(top: string, paths: Iterable<RepoPath>): Map<RepoPath, BigIntStats> {
  const stats = new Map<RepoPath, BigIntStats>();
  for (const path of paths) {
    const stat = statOf(top, path);
    if (stat?.isFile()) stats.set(path, stat);
  }
  return stats;
}

function statOf(top: string, path: RepoPath): BigIntStats | undefined {
  return lstatSync(fullPath(top, path), { bigint: true, throwIfNoEntry: false });
}

function isSame(one: BigIntStats, other: BigIntStats | undefined): boolean {
  return (
    one.ino === other?.ino &&
    one.dev === other.dev &&
    one.size === other.size &&
    one.mtimeNs === other.mtimeNs &&
    one.ctimeNs === other.ctimeNs
  );
}

/** A file with a second name lies outside of the tree as well, and there its time is not ours. */
function mayHeal(
  top: string,
  path: RepoPath,
  found: ReadonlyMap<RepoPath, BigIntStats>,
  size: number,
): boolean {
  const stat = found.get(path);
  return stat !== undefined && stat.nlink === 1n && Number(stat.size) === size && !passesSymlink(top, path);
}

function setBack(top: string, path: RepoPath, seen: BigIntStats | undefined, time: InputTime): boolean {
  const mtime = secondsBelow(BigInt(time.mtimeNs));
  return setTime(top, path, (stat) => (seen !== undefined && isSame(seen, stat) ? mtime : null));
}

/** Through an open file, so that what is set is what was looked at, whatever is renamed meanwhile. */
function setTime(top: string, path: RepoPath, choose: (stat: BigIntStats) => number | null): boolean {
  try {
    const file = openSync(fullPath(top, path), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const stat = fstatSync(file, { bigint: true });
      const mtime = choose(stat);
      if (mtime !== null) futimesSync(file, Number(stat.atimeNs) / 1e9, mtime);
      return mtime !== null;
    } finally {
      closeSync(file);
    }
  } catch {
    return false; // another user's file, or gone
  }
}

/** Node sets times as a double, which is good to 0.2 us: one microsecond too old never counts, a bit too young would. */
function secondsBelow(ns: bigint): number {
  return Number(ns / 1000n - 1n) / 1e6;
}

function hashNameOf(tree: WorkTree): "sha1" | "sha256" {
  return tree.entries[0]?.oid.length === 64 ? "sha256" : "sha1";
}
