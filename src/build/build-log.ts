import { mkdirSync } from "node:fs";
import { pino } from "pino";
import type { Workspace } from "../model.ts";
import { isObject, isText } from "../store/baseline-shape.ts";
import { buildFolder, logPath } from "./build-folder.ts";

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

export interface BuildLog {
  stage(name: string): void;
  note(text: string): void;
  tell(event: BuildEvent): void;
}

/** Opens the log of a build. Lines are written at once: a killed builder loses none. */
export function openLog(ws: Workspace, buildId: string): BuildLog {
  mkdirSync(buildFolder(ws, buildId), { recursive: true });
  const destination = pino.destination({ dest: logPath(ws, buildId), sync: true });
  destination.on("error", () => {}); // a full disk must not end the builder: it has files to put back
  const logger = pino({ base: { buildId }, messageKey: "text" }, destination);
  const tell = (event: BuildEvent): void => logger.info(event);
  return {
    stage: (stage) => tell({ event: "stage", stage }),
    note: (text) => tell({ event: "note", text }),
    tell,
  };
}
