import { relative } from "node:path";
import type { Workspace } from "../model.ts";
import { err, ok, refuse, type Result } from "../report/failure.ts";
import { rememberClone } from "./clones.ts";
import { errorCode, lstatOrNull } from "./files.ts";
import { hookText, type HookTarget } from "./hook-file.ts";
import { isOurs, putHook, takeHook, type PutAction } from "./hook-folder.ts";
import { EARLIER } from "./hook-names.ts";
import { findManagers, type Manager } from "./managers.ts";
import { placementsAt, type Placement } from "./placement.ts";
import {
  readRecord,
  removeRecord,
  writeRecord,
  type HookRecord,
  type InstalledFile,
  type Origin,
} from "./record.ts";
import { putLines, takeLines } from "./shared-lines.ts";
import { stableTarget, type StableTarget } from "./stable-target.ts";
import { switchOver } from "./switch-over.ts";
import { removeEmptyFolders, takeOut } from "./take-out.ts";
import { warningsFor } from "./warnings.ts";
import { chooseLocation, wayOf, type HookLocation } from "./way.ts";

export interface InstallRequest extends HookTarget {
  readonly ws: Workspace;
  readonly environment: NodeJS.ProcessEnv;
  /** False: hook files even where git's configuration could start ours, for a clone that an older git serves too. */
  readonly useConfig?: boolean;
}

/** What happened to one hook: `path` is the file that git, or husky, runs. */
export interface InstalledHook extends Placement {
  /** `chained`: there was a hook; it still runs, and first. */
  readonly action: PutAction;
  /** Where that earlier hook is kept, or null. */
  readonly earlier: string | null;
}

export interface InstallReport {
  readonly location: HookLocation;
  readonly hooks: readonly InstalledHook[];
  /** What the hooks start. */
  readonly target: StableTarget;
  /** Files of the project, relative to its top, that changed: to be committed or ignored by the user. */
  readonly projectFiles: readonly string[];
  readonly managers: readonly Manager[];
  readonly warnings: readonly string[];
}

/** Installs the six hooks, or brings them up to date. Installing twice changes nothing; a failure leaves nothing. */
export async function installHooks(request: InstallRequest): Promise<Result<InstallReport>> {
  const { ws, environment } = request;
  const chosen = await chooseLocation(request);
  if (!chosen.ok) return chosen;
  const location = chosen.value;
  const record = readRecord(ws);
  if (!record.ok) return record;
  const placements = placementsAt(location, ws);
  const obstacle = findObstacle(placements);
  if (obstacle !== null) {
    return refuse(
      "E305",
      `${obstacle}. Nothing was changed.`,
      "move it away, then: rebuild-if-needed install",
    );
  }
  const target = await stableTarget(ws, request, environment);
  if (!target.ok) return target;

  const planned = planRecord(location, target.value, record.value, placements);
  const recorded = recordFirst(ws, planned, record.value);
  if (!recorded.ok) return recorded;
  const done = putAll(placements, target.value, location.kind === "chain" ? location.outside : null);
  if (!done.ok) {
    if (record.value === null) removeRecord(ws);
    return done;
  }
  const switched = await switchOver(ws, environment, location);
  if (!switched.ok) {
    for (const hook of done.value) takeBack(hook);
    if (record.value === null) removeRecord(ws);
    removeEmptyFolders(ws, placements);
    return err(switched.failure);
  }
  const left = leaveOtherWay(ws, planned, record.value, placements);
  if (!left.ok) return left;
  rememberClone(ws, target.value, environment);
  return ok({
    location,
    hooks: done.value.filter((hook) => hook.role !== "script"),
    target: target.value,
    projectFiles: done.value
      .filter((hook) => hook.role === "shared-lines" && hook.action !== "unchanged")
      .map((hook) => relative(ws.top, hook.path)),
    managers: location.kind === "config" ? [] : findManagers(ws.top),
    warnings: warningsFor(ws, location, done.value),
  });
}

/** Files of an older place, before core.hooksPath changed, stay in the record: they are still to be cleaned up. */
function planRecord(
  location: HookLocation,
  target: HookTarget,
  old: HookRecord | null,
  placements: readonly Placement[],
): HookRecord {
  const before = old?.files ?? [];
  const now = placements.map((placement): InstalledFile => {
    const known = before.find((file) => file.path === placement.path);
    return {
      ...placement,
      origin: known !== undefined && isOurs(placement.path) ? known.origin : originOf(placement),
    };
  });
  const elsewhere = before.filter((file) => !now.some((other) => other.path === file.path));
  const { node, program } = target;
  return { version: 1, way: wayOf(location), node, program, files: [...elsewhere, ...now] };
}

/** Written before the files: an installer that dies half-way leaves nothing that `uninstall` does not know. */
function recordFirst(ws: Workspace, record: HookRecord, old: HookRecord | null): Result<void> {
  return JSON.stringify(record) === JSON.stringify(old) ? ok(undefined) : writeRecord(ws, record);
}

/** Of a clone that had its hooks by another way, none of those stays: each event would look twice. */
function leaveOtherWay(
  ws: Workspace,
  planned: HookRecord,
  old: HookRecord | null,
  placements: readonly Placement[],
): Result<void> {
  if (old === null || old.way === planned.way) return ok(undefined);
  const isNow = (file: InstalledFile): boolean => placements.some(({ path }) => path === file.path);
  for (const file of old.files) if (!isNow(file)) takeOut(file);
  removeEmptyFolders(ws, old.files);
  return writeRecord(ws, { ...planned, files: planned.files.filter(isNow) });
}

function originOf({ path, role }: Placement): Origin {
  if (lstatOrNull(path) === null) return "created";
  return role === "shared-lines" && isOurs(path) ? "found" : "extended";
}

function putAll(
  placements: readonly Placement[],
  target: HookTarget,
  outside: string | null,
): Result<readonly InstalledHook[]> {
  const done: InstalledHook[] = [];
  for (const placement of placements) {
    const { name, path, role } = placement;
    try {
      const action =
        role === "shared-lines" ? putLines(path) : putHook(path, hookText(name, target, outside));
      const isChained = role !== "shared-lines" && lstatOrNull(path + EARLIER) !== null;
      done.push({ name, path, role, action, earlier: isChained ? path + EARLIER : null });
    } catch (error) {
      if (role !== "shared-lines" && !isOurs(path)) takeHook(path); // a second name it may have got by now
      for (const hook of done) takeBack(hook);
      const code = errorCode(error);
      if (code === null) throw error;
      return refuse(
        "E305",
        `${path} cannot be written (${code}). No hook was installed.`,
        `ls -ld '${path}'`,
      );
    }
  }
  return ok(done);
}

/** Of a failed installation. Hooks that were ours before stay: they work. */
function takeBack(hook: InstalledHook): void {
  if (hook.action !== "created" && hook.action !== "chained") return;
  if (hook.role === "shared-lines") takeLines(hook.path, hook.action === "created");
  else takeHook(hook.path);
}

/** A folder where a hook should be, or something else than a file where we would write into one of the project. */
function findObstacle(placements: readonly Placement[]): string | null {
  for (const { path, role } of placements) {
    const present = lstatOrNull(path);
    if (present?.isDirectory() === true) return `${path} is a folder`;
    if (role === "shared-lines" && present?.isFile() === false) return `${path} is not a regular file`;
  }
  return null;
}
