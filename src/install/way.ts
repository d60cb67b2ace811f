/** By which way our hooks go in, so that both git and what else manages hooks here keep working. */
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { ok, type Result } from "../report/failure.ts";
import { chainFolder } from "./chain-folder.ts";
import { isOurs } from "./hook-folder.ts";
import { HOOK_NAMES } from "./hook-names.ts";
import { findHooksFolder, refuseFolder, type HooksFolder } from "./location.ts";
import { findManagers } from "./managers.ts";
import { askGit } from "./user-git.ts";

/** Where our hooks are, or go. */
export type HookLocation =
  | Extract<HooksFolder, { readonly kind: "folder" | "husky" }>
  /** Scripts in the git dir that git starts by its configuration, whatever is in `hooksFolder`. */
  | { readonly kind: "config"; readonly hooksFolder: HooksFolder }
  /** The chain folder, in place of one outside the repository. */
  | { readonly kind: "chain"; readonly folder: string; readonly outside: string };

/** The part of a location that the record keeps. */
export type Way = "files" | "config" | "chain";

export function wayOf(location: HookLocation): Way {
  return location.kind === "config" || location.kind === "chain" ? location.kind : "files";
}

/**
 * Chooses the way. Hook files where they last: every git runs them. git's configuration (2.54) where they would be
 * lost, refused or tracked. Else the chain folder, or E305.
 */
export async function chooseLocation(request: {
  readonly ws: Workspace;
  readonly environment: NodeJS.ProcessEnv;
  /** False: as if git knew no hooks of its configuration. */
  readonly useConfig?: boolean;
}): Promise<Result<HookLocation>> {
  const { ws, environment, useConfig = true } = request;
  const found = await findHooksFolder(ws, environment);
  if (!found.ok) return found;
  const hooksFolder = found.value;
  if (hooksFolder.kind === "off") return refuseFolder(ws, hooksFolder, environment);
  if (!lastsAsFiles(ws, hooksFolder) && useConfig && (await knowsConfiguredHooks(ws, environment)))
    return ok({ kind: "config", hooksFolder });
  return asFiles(ws, hooksFolder, environment);
}

/** Where hooks that went in by `way` are now; E305 where git no longer looks there and they cannot go in by files. */
export async function locationByWay(
  ws: Workspace,
  environment: NodeJS.ProcessEnv,
  way: Way,
): Promise<Result<HookLocation>> {
  const found = await findHooksFolder(ws, environment);
  if (!found.ok) return found;
  return way === "config"
    ? ok({ kind: "config", hooksFolder: found.value })
    : asFiles(ws, found.value, environment);
}

async function asFiles(
  ws: Workspace,
  found: HooksFolder,
  environment: NodeJS.ProcessEnv,
): Promise<Result<HookLocation>> {
  if (found.kind === "folder" || found.kind === "husky") return ok(found);
  if (found.kind === "outside") return ok({ kind: "chain", folder: chainFolder(ws), outside: found.folder });
  return refuseFolder(ws, found, environment);
}

/** Lines of ours in husky's files stay there: the project may have committed them. */
function lastsAsFiles(ws: Workspace, found: HooksFolder): boolean {
  if (found.kind === "husky") return HOOK_NAMES.some((name) => isOurs(join(found.projectFolder, name)));
  return found.kind === "folder" && findManagers(ws.top).every((manager) => manager.keepsOurs);
}

/** git 2.54 and newer start hooks that their configuration names; asked, since a version number says little of a fork. */
async function knowsConfiguredHooks(ws: Workspace, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const name = "rebuild-if-needed-ask";
  const settings = ["-c", `hook.${name}.event=post-merge`, "-c", `hook.${name}.command=true`];
  const answer = await askGit(ws.top, environment, [...settings, "hook", "list", "post-merge"]);
  return answer?.split("\n").includes(name) === true;
}
