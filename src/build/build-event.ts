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
  | { readonly event: "result"; readonly exit: number; readonly lines: readonly string[] };

/** A line of a log is one of our events, or something else that is passed over. */
export function isBuildEvent(value: unknown): value is BuildEvent {
  return (
    isObject(value) &&
    isText(value["event"]) &&
    ["extension", "stage", "note", "result"].includes(value["event"])
  );
}
