/** What one file says about others. It follows from the file's path and text alone, so it may be kept by content id. */
import type { RepoPath } from "../model.ts";

/** Said by a build file: CMakeLists.txt, *.cmake, meson.build, setup.py, pyproject.toml. */
export interface BuildFileFacts {
  /**
   * Sources, headers, generators and templates that it hands to the build, as globs over repository paths. What is
   * computed at run time is a wildcard: `${DIR}/a.cpp` is `**` + `/a.cpp`, `kernels/%s.cu` is `kernels/*.cu`.
   */
  readonly sources: readonly string[];
  /** Further build files that it reads, as such globs: subdirectories, included scripts, imported modules of the tree. */
  readonly reads: readonly string[];
  /** Why its list of sources cannot be read (`os.walk`, a list from elsewhere); null: it can. */
  readonly open: string | null;
}

/** Said by a source or a header. */
export interface SourceFacts {
  /** As written between the quotes of `#include`, or for Cython as paths of what is cimported or included. */
  readonly includes: readonly string[];
  /** As written between `<` and `>`: looked for in the search path, never beside the file itself. */
  readonly searched: readonly string[];
}

/** One state of the tree: a commit's, or the work tree's. */
export interface TreeText {
  /** Content ids of all its files (see git/content-id.ts). */
  readonly ids: ReadonlyMap<RepoPath, string>;
  /** Texts of many files at once; one that cannot be read is left out. Nothing is ever fetched. */
  read(paths: readonly RepoPath[]): Promise<ReadonlyMap<RepoPath, string>>;
}

/** The files that a build of this tree can read, as far as its text tells. */
export interface Closure {
  /** Each file, and the one that names or includes it; null for a build file that a build starts from. */
  readonly files: ReadonlyMap<RepoPath, RepoPath | null>;
  /** Why it may be incomplete; then every file that the rules name counts. Null: complete. */
  readonly open: string | null;
}
