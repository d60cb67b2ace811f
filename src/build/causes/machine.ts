import type { CauseRow } from "./cause.ts";

const FEWER_JOBS = "MAX_JOBS=1 rebuild-if-needed, or halve the number until it fits";

/** What is printed where the system, short of memory, ended a compiler. */
export const OUT_OF_MEMORY: RegExp =
  /^(?:.*[:\s])?Killed(?: signal terminated program (\S+)|$)|terminated with signal 9\b|virtual memory exhausted|died due to signal 9\b|\bexit(?:ed with)?(?: code| status)?:? 137\b/m;

/** The machine ran out of something, or its clock or rights are not right. */
export const MACHINE: readonly CauseRow[] = [
  {
    pattern: /No space left on device|Disk quota exceeded/,
    cause: "the disk is full",
    fix: "free some space, then run the build again",
  },
  {
    pattern: OUT_OF_MEMORY,
    cause: "the system ended a compiler because memory ran out",
    fix: FEWER_JOBS,
  },
  {
    pattern:
      /out of memory allocating \d+ bytes|LLVM ERROR: out of memory|ptxas fatal\s*: Memory allocation failure|Cannot allocate memory|failed to map segment from shared object$|what\(\):\s+std::bad_alloc/m,
    cause: "a compiler got no more memory",
    fix: FEWER_JOBS,
  },
  {
    pattern:
      /Too many open files|fork: (?:retry: )?Resource temporarily unavailable|ninja: fatal: (?:posix_spawn|fork)/,
    cause: "the build needs more files or processes at once than this user may have",
    fix: "MAX_JOBS=2 rebuild-if-needed, or raise the limits (ulimit -n, ulimit -u)",
  },
  {
    pattern: /manifest '([^']+)' still dirty after 100 tries/,
    cause: "ninja writes $1 anew for ever: a file that it is made from lies in the future, or is never made",
    fix: "set the clock right (date), then: rebuild-if-needed --force",
  },
  {
    pattern: /(?:ccache|sccache): error: (.+)/,
    cause: "the compiler cache failed: $1",
    fix: "rebuild-if-needed doctor looks at it; without it: CCACHE_DISABLE=1 rebuild-if-needed",
  },
];

/** Last of all: other lines tell more, where they are there. */
export const MACHINE_LAST: readonly CauseRow[] = [
  {
    pattern:
      /(?:could not (?:create|delete|write) '|Permission denied: '|cannot open output file )([^\s':]+)'?(?:: Permission denied)?/,
    cause: "$1 cannot be written; files of a build with sudo belong to root",
    fix: "look at its owner (ls -ld), and give it to your user (sudo chown)",
  },
  {
    pattern: /Clock skew detected|has modification time \S+ s in the future/,
    cause: "files lie in the future, so make does not know what is old",
    fix: "set the clock right (date), then: rebuild-if-needed --force",
  },
];
