import { relative, sep } from "node:path";
import { showPath } from "../git/path-bytes.ts";

/** One thing that is wrong. `subject` and `text` make a sentence: `pkg/_C.so` `is not there`. */
export interface Problem {
  readonly subject: string;
  readonly text: string;
  readonly cause?: string;
  /** What to type or do next, where verifying knows better than its caller. */
  readonly next?: string;
}

export interface Findings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export function mergeFindings(parts: readonly Findings[]): Findings {
  return {
    problems: parts.flatMap(({ problems }) => problems),
    warnings: parts.flatMap(({ warnings }) => warnings),
  };
}

/** A problem with its cause, when there is one. */
export function problem(subject: string, text: string, cause?: string | null): Problem {
  return cause === undefined || cause === null ? { subject, text } : { subject, text, cause };
}

/** In one line, for a sentence that goes on. */
export function problemText({ subject, text, cause }: Problem): string {
  return `${subject}: ${text}${cause === undefined ? "" : ` (${cause.replace(/\.$/, "")})`}`;
}

/** How people name the file: from the top of the work tree, or absolute when it lies elsewhere. */
export function subjectOf(top: string, path: string): string {
  return showPath(path.startsWith(top + sep) ? relative(top, path) : path);
}
