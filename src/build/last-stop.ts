import type { Workspace } from "../model.ts";
import { EXIT } from "../report/failure.ts";
import type { HistoryEntry } from "../store/history.ts";
import { keptBuilds, readEvents } from "./read-log.ts";

/** Why the newest build did not begin, as it was told then. */
export interface LastStop {
  readonly exit: number;
  /** Code, what happened, next command. */
  readonly text: string;
}

/**
 * What stopped the newest build before anything was tried (the doctor, a lock that cannot be made): no attempt, so not in
 * the history, and an event may try again. Null: nothing did.
 */
export function lastStop(ws: Workspace, history: readonly HistoryEntry[]): LastStop | null {
  for (const buildId of keptBuilds(ws)) {
    const told = readEvents(ws, buildId).findLast(({ event }) => event.event === "result");
    if (told?.event.event !== "result" || told.event.exit === EXIT.busy) continue;
    const { exit, lines } = told.event;
    if (exit === EXIT.good || exit === EXIT.cancelled) return null;
    if (history.some((entry) => entry.buildId === buildId)) return null;
    const line = lines.find((one) => one.startsWith("rebuild-if-needed: E"));
    return line === undefined ? null : { exit, text: line.replace("rebuild-if-needed: ", "") };
  }
  return null;
}
