import type { ToldEvent } from "../build/read-log.ts";
import type { Decision } from "../model.ts";

/** The stable JSON of `check` and `preview`: no fingerprints, no absent keys. */
export function decisionJson(decision: Decision): Record<string, unknown> {
  return {
    version: 1,
    decision: decision.decision,
    ...(decision.level === undefined ? {} : { level: decision.level }),
    extensions: decision.extensions.map((one) => ({
      name: one.name,
      decision: one.decision,
      ...(one.level === undefined ? {} : { level: one.level }),
      reasons: one.reasons,
    })),
    ...(decision.estimateMs === undefined ? {} : { estimateMs: decision.estimateMs }),
  };
}

/** Keys of the log's lines that are the logger's own. */
const LOGGER = new Set(["level", "time"]);

/** One event of a build as one line of JSON: `version`, `time`, `buildId`, `event` and what it holds. */
export function eventJson({ event, timeMs }: ToldEvent): string {
  const told = Object.fromEntries(Object.entries(event).filter(([key]) => !LOGGER.has(key)));
  return JSON.stringify({ version: 1, time: new Date(timeMs).toISOString(), ...told });
}

/** Text for people, among the events. */
export function noteJson(text: string, time: string): string {
  return JSON.stringify({ version: 1, time, event: "note", text });
}
