import { isObject, isText } from "../store/baseline-shape.ts";

/** What a build tells while it runs: one JSON line each, for viewers and for later. */
export type BuildEvent =
  | {
      readonly event: "extension";
      readonly name: string;
      readonly action: "restore" | "rebuild";
      readonly rung?: string;
      readonly estimateMs?: number;
      readonly reasons: readonly string[];
    }
  | { readonly event: "stage"; readonly stage: string }
  | { readonly event: "note"; readonly text: string }
  | ({ readonly event: "progress" } & RecipeProgress)
  | { readonly event: "result"; readonly exit: number; readonly lines: readonly string[] };

/** How far a recipe has come, by what it prints. */
export interface RecipeProgress {
  readonly kind: "compile" | "link" | "configure" | "other";
  readonly done: number;
  readonly total?: number;
  /** The total is that of the last build: this build system tells none. */
  readonly isGuess?: true;
  /** In place of a total: CMake's makefiles. */
  readonly percent?: number;
  /** ninja: what has just ended; all others: what has just begun. */
  readonly file?: string;
  /** Compiler warnings so far. */
  readonly warnings: number;
  /** To the end of the whole build, ms; absent when not known. */
  readonly leftMs?: number;
}

/** A line of a log is one of our events, or something else that is passed over. */
export function isBuildEvent(value: unknown): value is BuildEvent {
  return (
    isObject(value) &&
    isText(value["event"]) &&
    ["extension", "stage", "note", "progress", "result"].includes(value["event"])
  );
}
