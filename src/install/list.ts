import type { Workspace } from "../model.ts";
import { ok, type Result } from "../report/failure.ts";
import { lstatOrNull } from "./files.ts";
import { isOurs } from "./hook-folder.ts";
import { EARLIER, PUT_AWAY, type HookName } from "./hook-names.ts";
import { findLocation } from "./location.ts";
import { placementsAt } from "./placement.ts";
import { readRecord } from "./record.ts";

export interface ListedHook {
  readonly name: HookName;
  /** `overwritten`: we installed it, and another hook or none is there now. */
  readonly state: "installed" | "absent" | "overwritten";
  readonly path: string;
  /** Where the hook is kept that was there before ours and still runs, or null. */
  readonly earlier: string | null;
}

/** The hooks as they are on disk where git looks for them now. */
export async function listHooks(
  ws: Workspace,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Result<readonly ListedHook[]>> {
  const location = await findLocation(ws, environment);
  if (!location.ok) return location;
  const record = readRecord(ws);
  if (!record.ok) return record;
  const placements = placementsAt(location.value, ws);
  const entries = placements.filter((placement) => placement.role !== "script");
  return ok(
    entries.map(({ name, path }): ListedHook => {
      const files = placements.filter((placement) => placement.name === name);
      const earlier = lstatOrNull(path + EARLIER) === null ? null : path + EARLIER;
      if (files.every((file) => isOurs(file.path))) return { name, state: "installed", path, earlier };
      const wasOurs =
        record.value?.files.some((file) => file.path === path) === true ||
        earlier !== null ||
        PUT_AWAY.some((ending) => isOurs(path + ending));
      return { name, state: wasOurs ? "overwritten" : "absent", path, earlier: null };
    }),
  );
}
