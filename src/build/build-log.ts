import { mkdirSync } from "node:fs";
import { pino } from "pino";
import type { Workspace } from "../model.ts";
import type { BuildEvent } from "./build-event.ts";
import { buildFolder, logPath } from "./build-folder.ts";

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
