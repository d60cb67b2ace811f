import { existsSync } from "node:fs";
import { join } from "node:path";
import { lockHolder } from "../../../src/build/lock.ts";
import { lookLaterLock } from "../../../src/build/look-later.ts";
import { runningBuild } from "../../../src/build/running.ts";
import type { Workspace } from "../../../src/model.ts";
import { until } from "../until.ts";

/** Waits until no look is due or under way and nothing builds. A mark that nobody takes up is an error of the test. */
export function untilQuiet(ws: Workspace): Promise<void> {
  return until(() => isQuiet(ws), "the looks and builds that git started");
}

/** Marks of looks that are due. */
const MARKS = ["look-due", "look-later"] as const;

/** In the order in which one hands over to the next, so that nothing is missed in between. */
function isQuiet(ws: Workspace): boolean {
  const isDue = MARKS.some((mark) => existsSync(join(ws.stateDir, mark)));
  return !isDue && lockHolder(lookLaterLock(ws)) === null && runningBuild(ws) === null;
}
