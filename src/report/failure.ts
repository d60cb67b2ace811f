/**
 * Expected failures are values. Each has a stable code (a heading in docs/failures.md), says what happened,
 * what state things are in, and the next command to type.
 */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly next: string;
  readonly exit: number;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function err<T = never>(reason: Failure): Result<T> {
  return { ok: false, failure: reason };
}

/** Exit codes of the command line, everywhere. */
export const EXIT = {
  good: 0,
  failed: 1,
  usage: 2,
  stopped: 3,
  busy: 4,
  stale: 10,
  cancelled: 130,
} as const;

/** Every code and its exit status; `docs/failures.md` has a heading for each. */
export const FAILURES = {
  // E1xx: usage, config, not a repository. Nothing was changed.
  E101: 2, // not a git repository
  E102: 2, // no commit yet
  E103: 2, // bare repository
  E104: 2, // command line
  E105: 2, // no native extension found
  E110: 2, // config: syntax
  E111: 2, // config: unknown key
  E112: 2, // config: bad value
  E113: 2, // config: path absolute or outside the tree
  E114: 2, // config: path or glob names nothing
  E115: 2, // config: build directory holds tracked files
  E120: 2, // state of a newer version
  E121: 2, // unknown revision
  // E2xx: tried and failed. The old build is in place.
  E201: 1, // recipe failed
  E202: 1, // verification failed
  E203: 1, // inputs moved during the build, twice
  E204: 1, // an output glob matched nothing after the recipe
  E205: 1, // no space or i/o error
  E206: 1, // builder died
  E207: 1, // nothing to undo
  E208: 1, // demo: a claim did not hold
  E209: 130, // cancelled
  // E3xx: held or blocked. Nothing was run.
  E301: 3, // held: foreign commits
  E302: 3, // blocked
  E303: 3, // state cannot be written
  E304: 3, // doctor found an error
  E305: 3, // hooks cannot be installed
  E306: 3, // trust cannot be judged
  // E4xx
  E401: 4, // another build runs
  // E9xx
  E999: 1, // a bug
} as const;

export type FailureCode = keyof typeof FAILURES;

/** @returns a failure with the exit code that belongs to `code`. */
export function failure(code: FailureCode, message: string, next: string): Failure {
  return { code, message, next, exit: FAILURES[code] };
}

/** Shortcut for `err(failure(...))`. */
export function refuse<T = never>(code: FailureCode, message: string, next: string): Result<T> {
  return err(failure(code, message, next));
}

/** For `switch` over a closed union: the compiler refuses a forgotten case. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
