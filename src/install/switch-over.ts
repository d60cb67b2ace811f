import type { Workspace } from "../model.ts";
import { ok, refuse, type Result } from "../report/failure.ts";
import { chainFolder, removePassOns, writePassOns } from "./chain-folder.ts";
import { hookSettings, hooksPathSetting, writeConfigBlock } from "./config-block.ts";
import { isChained } from "./location.ts";
import { configuredFolder } from "./placement.ts";
import type { HookLocation } from "./way.ts";

/** Tells git, by the clone's own configuration, of files that are in place by now. Where git does not follow, E305. */
export async function switchOver(
  ws: Workspace,
  environment: NodeJS.ProcessEnv,
  location: HookLocation,
): Promise<Result<void>> {
  if (location.kind === "chain") writePassOns(location.folder, location.outside); // before git looks there
  const written = writeConfigBlock(ws, settingsFor(ws, location));
  const isFollowed = !written.ok || location.kind !== "chain" || (await isChained(ws, environment));
  if (!isFollowed) writeConfigBlock(ws, null);
  if (!written.ok || !isFollowed || location.kind !== "chain") removePassOns(chainFolder(ws));
  if (!written.ok || isFollowed) return written;
  return refuse(
    "E305",
    "core.hooksPath is set in a place that overrides this clone's own configuration. Nothing was changed.",
    "git config --show-origin --get-all core.hooksPath",
  );
}

/** Takes out what `switchOver` wrote, before the files go that git would look for. */
export function switchBack(ws: Workspace): Result<void> {
  const written = writeConfigBlock(ws, null);
  if (!written.ok) return written;
  removePassOns(chainFolder(ws));
  return ok(undefined);
}

function settingsFor(ws: Workspace, location: HookLocation): string | null {
  if (location.kind === "config") return hookSettings(configuredFolder(ws));
  return location.kind === "chain" ? hooksPathSetting(location.folder) : null;
}
