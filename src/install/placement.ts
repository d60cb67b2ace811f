import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { isOurs } from "./hook-folder.ts";
import { lstatOrNull } from "./files.ts";
import { HOOK_NAMES, type HookName } from "./hook-names.ts";
import type { HookLocation } from "./way.ts";

/**
 * `hook`: a file that git runs. `shared-lines`: our lines in a file of the project that husky runs.
 * `script`: a hook kept in the git dir that those lines call. `configured`: one that git's configuration names.
 */
export type PlacementRole = "hook" | "shared-lines" | "script" | "configured";

/** One file that is ours, or holds lines of ours. */
export interface Placement {
  readonly name: HookName;
  readonly path: string;
  readonly role: PlacementRole;
}

/** All files to write for the six hooks, in an order in which no file calls one that is not there yet. */
export function placementsAt(location: HookLocation, ws: Workspace): readonly Placement[] {
  if (location.kind === "config") {
    return HOOK_NAMES.map((name) => ({ name, path: join(configuredFolder(ws), name), role: "configured" }));
  }
  if (location.kind === "folder" || location.kind === "chain") {
    return HOOK_NAMES.map((name) => ({ name, path: join(location.folder, name), role: "hook" }));
  }
  return HOOK_NAMES.flatMap((name): Placement[] => {
    const direct = join(location.folder, name);
    if (!isRunByHusky(name, direct, location.folder === location.projectFolder)) {
      return lstatOrNull(location.folder) === null ? [] : [{ name, path: direct, role: "hook" }];
    }
    return [
      { name, path: join(scriptFolder(ws), name), role: "script" },
      { name, path: join(location.projectFolder, name), role: "shared-lines" },
    ];
  });
}

/** Where the hooks lie that lines in husky's files call. Linked work trees share it. */
function scriptFolder(ws: Workspace): string {
  return join(ws.commonDir, "rebuild-if-needed", "hooks");
}

/** Apart from the others: lines that a project carries in its husky files would start these a second time. */
export function configuredFolder(ws: Workspace): string {
  return join(ws.commonDir, "rebuild-if-needed", "configured-hooks");
}

/** husky 9 writes a stub for each hook but post-index-change; a file of ours beside its stubs survives it. */
function isRunByHusky(name: HookName, direct: string, isHusky8: boolean): boolean {
  return isHusky8 || name !== "post-index-change" || (lstatOrNull(direct) !== null && !isOurs(direct));
}
