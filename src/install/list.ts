import type { Workspace } from "../model.ts";
import { ok, type Result } from "../report/failure.ts";
import { isConfigured, readConfigBlock } from "./config-block.ts";
import { lstatOrNull } from "./files.ts";
import { isCalledByPreCommit, isOurs } from "./hook-folder.ts";
import { EARLIER, PUT_AWAY, type HookName } from "./hook-names.ts";
import { isChained } from "./location.ts";
import { placementsAt, type PlacementRole } from "./placement.ts";
import { readRecord } from "./record.ts";
import { chooseLocation, locationByWay, type HookLocation } from "./way.ts";

export interface ListedHook {
  readonly name: HookName;
  /** `overwritten`: we installed it, and another hook or none is there now, or git no longer looks there. */
  readonly state: "installed" | "absent" | "overwritten";
  readonly path: string;
  /** Where the hook is kept that was there before ours and still runs, or null. */
  readonly earlier: string | null;
  /** What git starts is this tool's; it calls ours. */
  readonly through: "pre-commit" | null;
}

export interface HookList {
  readonly location: HookLocation;
  readonly hooks: readonly ListedHook[];
}

/** The hooks as they are now, by the way by which they went in. */
export async function listHooks(
  ws: Workspace,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Result<HookList>> {
  const record = readRecord(ws);
  if (!record.ok) return record;
  const found =
    record.value === null
      ? await chooseLocation({ ws, environment })
      : await locationByWay(ws, environment, record.value.way);
  if (!found.ok) return found;
  const location = found.value;
  const settings = readConfigBlock(ws);
  const isFollowed = location.kind !== "chain" || (await isChained(ws, environment));
  const placements = placementsAt(location, ws);
  const inPlace = (path: string, role: PlacementRole, name: HookName): boolean =>
    isFollowed && isOurs(path) && (role !== "configured" || isConfigured(settings, name));
  const hooks = placements
    .filter((placement) => placement.role !== "script")
    .map(({ name, path, role }): ListedHook => {
      const files = placements.filter((placement) => placement.name === name);
      const earlier = lstatOrNull(path + EARLIER) === null ? null : path + EARLIER;
      if (files.every((file) => inPlace(file.path, file.role, name)))
        return { name, state: "installed", path, earlier, through: null };
      if (role === "hook" && isFollowed && isCalledByPreCommit(path))
        return { name, state: "installed", path, earlier, through: "pre-commit" };
      const wasOurs =
        record.value?.files.some((file) => file.path === path) === true ||
        earlier !== null ||
        PUT_AWAY.some((ending) => isOurs(path + ending));
      return { name, state: wasOurs ? "overwritten" : "absent", path, earlier: null, through: null };
    });
  return ok({ location, hooks });
}
