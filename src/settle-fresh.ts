import { setTimeout as sleep } from "node:timers/promises";
import type { ObserveRequest } from "./observe.ts";
import { recordFresh } from "./record-fresh.ts";
import { look, type Look } from "./run.ts";

/** Files that changed this recently are too young for fresh.sh, ms. */
const TICK_MS = 40;

/**
 * What follows the look of an event or a typed command: with `heal-mtimes` inputs get their times back where all is
 * fresh, and then fresh.sh is written, after another look if times were set.
 */
export async function settleFresh(looked: Look, request: ObserveRequest): Promise<void> {
  const { config, decision, ws } = looked;
  if (!config.healMtimes || decision.decision !== "fresh") return recordFresh(looked);
  const { healWhenIdle } = await import("./build/heal.ts");
  if ((await healWhenIdle(looked)) === 0) return recordFresh(looked);
  await sleep(TICK_MS);
  const again = await look(ws, request);
  if (again.ok) await recordFresh(again.value);
}
