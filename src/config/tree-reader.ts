import type { RepoPath } from "../model.ts";

/** A snapshot of the files that a configuration is read from and checked against; it must not change under a reader. */
export interface TreeReader {
  /** Tracked paths (a submodule counts as one path) and untracked ones that git does not ignore. */
  paths(): readonly RepoPath[];
  /** One of `paths`. */
  has(path: RepoPath): boolean;
  isTracked(path: RepoPath): boolean;
  /** Text of a file, or null when there is none. */
  read(path: RepoPath): string | null;
}
