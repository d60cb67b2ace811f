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

export function err<T = never>(failure: Failure): Result<T> {
  return { ok: false, failure };
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
  E101: EXIT.usage, // not a git repository
  E102: EXIT.usage, // no commit yet
  E103: EXIT.usage, // bare repository
  E104: EXIT.usage, // command line
  E105: EXIT.usage, // no native extension found
  E110: EXIT.usage, // config: syntax
  E111: EXIT.usage, // config: unknown key
  E112: EXIT.usage, // config: bad value
  E113: EXIT.usage, // config: path absolute or outside the tree
  E114: EXIT.usage, // config: path or glob names nothing
  E115: EXIT.usage, // config: build directory holds tracked files
  E120: EXIT.usage, // state of a newer version
  E121: EXIT.usage, // unknown revision
  // E2xx: tried and failed. The old build is in place.
  E201: EXIT.failed, // recipe failed
  E202: EXIT.failed, // verification failed
  E203: EXIT.failed, // inputs moved during the build, twice
  E204: EXIT.failed, // an output glob matched nothing after the recipe
  E205: EXIT.failed, // no space or i/o error
  E206: EXIT.failed, // builder died
  E207: EXIT.failed, // nothing to undo
  E208: EXIT.failed, // demo: a claim did not hold
  E209: EXIT.cancelled, // cancelled
  // E3xx: held or blocked. Nothing was run.
  E301: EXIT.stopped, // held: foreign commits
  E302: EXIT.stopped, // blocked
  E303: EXIT.stopped, // state cannot be written
  E304: EXIT.stopped, // doctor found an error
  E305: EXIT.stopped, // hooks cannot be installed
  // E4xx
  E401: EXIT.busy, // another build runs
  // E9xx
  E999: EXIT.failed, // a bug
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
