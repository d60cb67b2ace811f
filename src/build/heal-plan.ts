/** Pure: which inputs may have which time back. No `node:` module here. */
import type { Baseline, InputTime, RepoPath } from "../model.ts";

/** What healing has to know of one extension. */
export interface HealExtension {
  readonly inputs: Iterable<RepoPath>;
  readonly baseline: Baseline | null;
  /** Nothing was built in its build directories since: what lies there is of the recorded inputs. */
  readonly isIntact: boolean;
}

/**
 * Times to give back, by path. An input of several extensions has to have been the same file for all of their builds, as
 * each build tool would take the old time for its own; the oldest time is then old for all of them.
 */
export function planHeal(extensions: readonly HealExtension[]): Map<RepoPath, InputTime> {
  const wanted = new Map<RepoPath, InputTime>();
  const refused = new Set<RepoPath>();
  for (const { inputs, baseline, isIntact } of extensions) {
    const times = isIntact ? baseline?.inputTimes?.files : undefined;
    for (const path of inputs) {
      const time = times !== undefined && Object.hasOwn(times, path) ? times[path] : undefined;
      const other = wanted.get(path);
      const isSame = other === undefined || (other.id === time?.id && other.size === time.size);
      if (time === undefined || !isSame) refused.add(path);
      else if (other === undefined || BigInt(time.mtimeNs) < BigInt(other.mtimeNs)) wanted.set(path, time);
    }
  }
  for (const path of refused) wanted.delete(path);
  return wanted;
}
