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
