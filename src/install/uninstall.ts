import { join, relative } from "node:path";
import type { Workspace } from "../model.ts";
import { ok, refuse, type Result } from "../report/failure.ts";
import { forgetClone } from "./clones.ts";
import { errorCode } from "./files.ts";
import { chainFolder, namesIn } from "./chain-folder.ts";
import { readConfigBlock } from "./config-block.ts";
import { isOurs, keptBeside, type TakeAction } from "./hook-folder.ts";
import { HOOK_NAMES } from "./hook-names.ts";
import { configuredFolder, placementsAt, type Placement } from "./placement.ts";
import { readRecord, removeRecord, type InstalledFile } from "./record.ts";
import { switchBack } from "./switch-over.ts";
import { removeEmptyFolders, takeOut } from "./take-out.ts";
import { locationByWay } from "./way.ts";

export interface UninstallReport {
  /** Files that are gone: they were ours. */
  readonly removed: readonly string[];
  /** Hooks that are back under their name, byte for byte. */
  readonly restored: readonly string[];
  /** Files of others that lost our lines only. */
  readonly trimmed: readonly string[];
  /** What stays, and why: a hook that is not ours any more, an earlier one whose place is taken. */
  readonly left: readonly { readonly path: string; readonly why: string }[];
  /** Files of the project, relative to its top, that changed. */
  readonly projectFiles: readonly string[];
}

/** Takes out all that `installHooks` put in, wherever git looks for hooks now. Run twice it does nothing. */
export async function uninstallHooks(request: {
  readonly ws: Workspace;
  readonly environment?: NodeJS.ProcessEnv;
}): Promise<Result<UninstallReport>> {
  const { ws, environment = process.env } = request;
  const record = readRecord(ws);
  if (!record.ok) return record;
  const recorded = record.value?.files ?? [];
  const unrecorded = (await filesHere(ws, environment)).filter(
    (file) =>
      (isOurs(file.path) || keptBeside(file.path).length > 0) &&
      !recorded.some((one) => one.path === file.path),
  );
  const files = [...recorded, ...unrecorded];
  const wasConfigured = readConfigBlock(ws) !== "";
  const switched = switchBack(ws);
  if (!switched.ok) return switched;
  const taken: Taken[] = [];
  // Lines that call a script go before the script.
  for (const file of files.toSorted((a, b) => Number(a.role === "script") - Number(b.role === "script"))) {
    try {
      taken.push({ file, action: takeOut(file) });
    } catch (error) {
      const code = errorCode(error);
      if (code === null) throw error;
      const state = "The hooks taken out so far stay out, the others work on";
      return refuse("E305", `${file.path} cannot be changed (${code}). ${state}.`, `ls -ld '${file.path}'`);
    }
  }
  removeRecord(ws);
  forgetClone(ws, environment);
  removeEmptyFolders(ws, files);
  return ok(report(ws, taken, wasConfigured));
}

interface Taken {
  readonly file: InstalledFile;
  readonly action: TakeAction | "kept";
}

/** Our files where git looks now: what is left to go by when the record is lost. */
async function filesHere(ws: Workspace, environment: NodeJS.ProcessEnv): Promise<readonly InstalledFile[]> {
  const location = await locationByWay(ws, environment, "files");
  const placed = location.ok ? placementsAt(location.value, ws) : [];
  const inGitDir = HOOK_NAMES.flatMap((name): Placement[] => [
    { name, path: join(configuredFolder(ws), name), role: "configured" },
    { name, path: join(chainFolder(ws), name), role: "hook" },
  ]);
  const others = inGitDir.filter(({ path }) => !placed.some((one) => one.path === path));
  return [...placed, ...others].map((placement) => ({ ...placement, origin: "found" }));
}

function report(ws: Workspace, taken: readonly Taken[], wasConfigured: boolean): UninstallReport {
  const pathsOf = (action: Taken["action"]): readonly string[] =>
    taken.filter((one) => one.action === action).map((one) => one.file.path);
  const foreign = pathsOf("foreign").map((path) => ({ path, why: "it is not ours any more" }));
  const kept = pathsOf("kept").map((path) => ({
    path,
    why: "its lines came with the project; alone they do nothing",
  }));
  const beside = taken.flatMap(({ file }) =>
    keptBeside(file.path).map((path) => ({
      path,
      why: `an earlier hook, whose place ${file.path} is taken`,
    })),
  );
  const strange = namesIn(chainFolder(ws)).map((name) => ({
    path: join(chainFolder(ws), name),
    why: "another tool put it there; git does not look there any more",
  }));
  return {
    removed: pathsOf("removed"),
    restored: pathsOf("restored"),
    trimmed: [...pathsOf("trimmed"), ...(wasConfigured ? [join(ws.commonDir, "config")] : [])],
    left: [...foreign, ...kept, ...beside, ...strange],
    projectFiles: taken
      .filter(({ file, action }) => file.role === "shared-lines" && ["removed", "trimmed"].includes(action))
      .map(({ file }) => relative(ws.top, file.path)),
  };
}
