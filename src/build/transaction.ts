/**
 * The bank. Order matters in every function here; docs/transaction.md tells what a kill at each step leaves.
 * The commit point is one rename: the new baseline over the old one (docs/decisions/0001).
 */
import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync } from "node:fs";
import { dirname, join } from "node:path";
import { outputPath } from "../fingerprint/output-path.ts";
import { encodePath } from "../git/path-bytes.ts";
import { listIgnored } from "../git/work-tree.ts";
import type { Baseline, EnvironmentOfRecord, Interpreter, RepoPath, Workspace } from "../model.ts";
import { baselinePath, readBaseline, sameBuild } from "../store/baseline.ts";
import { writeEnvironment } from "../store/environment.ts";
import {
  asidePlace,
  copyDurably,
  dropTemps,
  existsAt,
  linkOrCopy,
  makeParent,
  renameOver,
  tempPlace,
} from "../store/move.ts";
import { moveToQuarantine, type Quarantined } from "../store/quarantine.ts";
import { adoptSlot, slotKey, stageSlot } from "../store/slots.ts";
import { syncFolder, writeDurably } from "../store/state-file.ts";
import { bringBackForeign, writeOwnFiles } from "./foreign-files.ts";
import {
  clearJournal,
  writeJournal,
  type Journal,
  type ProtectedFile,
  type ProtectedFolder,
} from "./journal.ts";
import { isLoadable } from "./loadable.ts";
import { thisProcess } from "./owner.ts";
import { endProcessesOf } from "./process-group.ts";

/** Stand-ins are older than any source, so that a recipe that goes by mtime builds (docs/decisions/0002). */
const ANCIENT = new Date("2000-01-01T00:00:00Z");

export interface Plan {
  readonly kind: "build" | "restore";
  readonly buildId: string;
  readonly extension: string;
  readonly interpreter: Interpreter | null;
  /** Outputs to protect, as manifests name them; one that is not there may come into being. */
  readonly outputs: readonly string[];
  /** Those of them that are not the files that our last build left. */
  readonly foreign: ReadonlySet<string>;
  /** Absolute paths of other files that the recipe replaces (the distribution's records). */
  readonly records: readonly string[];
  /** Build directories to move aside. */
  readonly buildDirs: readonly RepoPath[];
  /** Files known to be ours in those. Null: no build of ours is recorded. */
  readonly buildDirFiles: readonly RepoPath[] | null;
  /** Folders in which the recipe may leave git-ignored files for Python to load. */
  readonly watched: readonly RepoPath[];
  /** Stand-ins keep their mtime (an incremental build may leave an output as it is). */
  readonly keepTimes: boolean;
  readonly environment: EnvironmentOfRecord | null;
}

export interface Transaction {
  readonly journal: Journal;
  /** path -> stamp of the stand-in that was put in its place. */
  readonly standIns: ReadonlyMap<string, string>;
}

/** Journal first, then every move. On an error everything is put back before it is thrown. */
export async function begin(ws: Workspace, plan: Plan): Promise<Transaction> {
  const stageDir = join(ws.stateDir, "stage", plan.buildId);
  dropOldStages(ws, plan.buildId);
  for (const name of ["aside", "failed", "new"]) mkdirSync(join(stageDir, name), { recursive: true });
  const before = await listLoadable(ws, plan.watched);
  const journal: Journal = {
    version: 1,
    kind: plan.kind,
    buildId: plan.buildId,
    extension: plan.extension,
    interpreter: plan.interpreter?.path ?? null,
    owner: thisProcess(),
    stageDir,
    files: planFiles(ws, plan, before, stageDir),
    folders: planFolders(ws, plan, stageDir),
    watched: plan.watched,
    before,
    siteBefore: plan.records.length > 0 ? listSites(plan.interpreter) : {},
    slotKey: null,
    environment: plan.environment,
  };
  writeOwnFiles(stageDir, plan.buildDirFiles);
  writeJournal(ws, journal);
  try {
    return { journal, standIns: putAside(journal, plan.keepTimes) };
  } catch (error) {
    await rollBack(ws, journal);
    throw error;
  }
}

/** True when `path` still holds the stand-in that `begin` put there: the recipe did not write it. */
export function holdsStandIn(transaction: Transaction, path: string): boolean {
  const standIn = transaction.standIns.get(path);
  return standIn !== undefined && standIn === changeStamp(path);
}

/** Loadable, git-ignored files that came into being or changed since `begin`. */
export async function filesMade(ws: Workspace, transaction: Transaction): Promise<RepoPath[]> {
  const { journal } = transaction;
  const kept = new Map(journal.files.map((file) => [file.path, file]));
  const now = await listLoadable(ws, journal.watched);
  return now.filter((path) => {
    const file = kept.get(outputPath(ws.top, path));
    if (file === undefined || !file.existed) return true;
    return file.how === "stand-in"
      ? !holdsStandIn(transaction, file.path)
      : stampOf(file.path) !== file.stamp;
  });
}

/**
 * Keeps the new build: slot and baseline are written beside, then one rename makes them true.
 * @returns what had to go to quarantine. Throws Node's error before the commit point, never after it.
 */
export function commit(
  ws: Workspace,
  transaction: Transaction,
  baseline: Baseline,
  keepSlot: boolean,
): readonly Quarantined[] {
  const journal: Journal = { ...transaction.journal, slotKey: keepSlot ? slotKey(baseline) : null };
  try {
    if (keepSlot) stageSlot(ws, join(journal.stageDir, "slot"), baseline);
  } catch {
    rmSync(join(journal.stageDir, "slot"), { recursive: true, force: true }); // no room for a second copy: build still good
  }
  writeJournal(ws, journal);
  const path = baselinePath(ws, baseline.extension, baseline.interpreter);
  const next = join(journal.stageDir, "baseline.json");
  writeDurably(next, `${JSON.stringify(baseline, null, 1)}\n`);
  makeParent(path);
  renameSync(next, path); // the commit point
  syncFolder(dirname(path));
  try {
    return finish(ws, journal);
  } catch {
    return []; // The journal stays: whatever comes next finishes this. Nothing may be rolled back any more.
  }
}

/** What follows the commit point; also run by recovery, so every step can be repeated. */
export function finish(ws: Workspace, journal: Journal): readonly Quarantined[] {
  if (journal.environment !== null) writeEnvironment(ws, journal.environment);
  if (journal.slotKey !== null) adoptSlot(ws, join(journal.stageDir, "slot"), journal.slotKey);
  const moved = [...retire(ws, journal), ...bringBackForeign(ws, journal), ...keepForeign(ws, journal)];
  for (const file of journal.files.filter((one) => one.how !== "move"))
    rmSync(encodePath(file.aside), { force: true });
  for (const folder of journal.folders) rmSync(folder.aside, { recursive: true, force: true });
  dropTempsOf(journal);
  rmSync(journal.stageDir, { recursive: true, force: true });
  clearJournal(ws);
  return moved;
}

/** Everything as it was before `begin`. Renames and removals only; every step can be repeated. */
export async function rollBack(ws: Workspace, journal: Journal): Promise<readonly Quarantined[]> {
  endProcessesOf(journal.buildId);
  const moved: Quarantined[] = [];
  const errors: unknown[] = [];
  const tryTo = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      errors.push(error); // one file that cannot go back must not keep the others from it
    }
  };
  for (const file of journal.files) tryTo(() => putBack(ws, journal, file, moved));
  for (const folder of journal.folders) tryTo(() => putFolderBack(journal, folder));
  if (errors.length > 0) throw errors[0]; // the journal stays: the next start tries again
  const known = new Set([...journal.before, ...journal.files.map((file) => file.path)]);
  for (const path of await listLoadable(ws, journal.watched)) {
    if (known.has(path) || known.has(outputPath(ws.top, path))) continue;
    moved.push(setApart(ws, journal, outputPath(ws.top, path)));
  }
  for (const [site, entries] of Object.entries(journal.siteBefore)) {
    for (const entry of entriesOf(site).filter((name) => !entries.includes(name) && name !== "__pycache__")) {
      moved.push(setApart(ws, journal, join(site, entry)));
    }
  }
  rmSync(join(journal.stageDir, "slot"), { recursive: true, force: true });
  dropTempsOf(journal);
  clearJournal(ws);
  return moved;
}

function dropTempsOf(journal: Journal): void {
  dropTemps(
    [...journal.files, ...journal.folders].map((one) => dirname(one.path)),
    journal.owner.pid,
  );
}

/** Whether the commit point was passed: the baseline on disk is this build's. */
export function isCommitted(ws: Workspace, journal: Journal): boolean {
  const known = readBaseline(ws, journal.extension, journal.interpreter);
  return known.ok && sameBuild(known.value, journal.buildId);
}

function planFiles(
  ws: Workspace,
  plan: Plan,
  before: readonly RepoPath[],
  stageDir: string,
): ProtectedFile[] {
  const files = new Map<string, ProtectedFile["how"]>();
  for (const path of before) files.set(outputPath(ws.top, path), "copy");
  for (const path of plan.records) files.set(path, "link");
  for (const path of plan.outputs) {
    const full = outputPath(ws.top, path);
    files.set(full, plan.kind === "build" && !plan.records.includes(full) ? "stand-in" : "link");
  }
  const foreign = new Set([...plan.foreign].map((path) => outputPath(ws.top, path)));
  const outside = [...files].filter(
    ([path]) => !plan.buildDirs.some((folder) => isBelow(path, join(ws.top, folder))),
  );
  return outside.map(([path, how], index) => {
    const wanted = join(stageDir, "aside", String(index));
    const aside = asidePlace(path, wanted, `${plan.buildId}-${index}`);
    const stat = lstatSync(encodePath(path), { throwIfNoEntry: false });
    const isFile = stat === undefined || stat.isFile();
    const isForeign = how === "copy" || foreign.has(path) || !isFile;
    return {
      path,
      how: isFile ? how : "move",
      existed: stat !== undefined,
      aside,
      stamp: stampOf(path),
      isForeign,
    };
  });
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

function planFolders(ws: Workspace, plan: Plan, stageDir: string): ProtectedFolder[] {
  return plan.buildDirs.map((folder, index) => {
    const path = join(ws.top, folder);
    const wanted = join(stageDir, "aside", `folder-${index}`);
    const standIns = plan.outputs
      .map((output) => outputPath(ws.top, output))
      .filter((output) => isBelow(output, path) && existsAt(output))
      .map((output) => output.slice(path.length + 1));
    return {
      path,
      aside: asidePlace(path, wanted, `${plan.buildId}-${index}`),
      existed: existsAt(path),
      standIns,
    };
  });
}

function putAside(journal: Journal, keepTimes: boolean): Map<string, string> {
  const standIns = new Map<string, string>();
  for (const file of journal.files.filter((one) => one.existed)) {
    if (file.how === "copy") {
      copyDurably(file.path, file.aside);
      continue;
    }
    if (file.how === "move") {
      renameSync(encodePath(file.path), encodePath(file.aside));
      continue;
    }
    linkOrCopy(file.path, file.aside);
    if (file.how === "link") continue;
    const standIn = tempPlace(`${file.path}.stand-in`);
    copyDurably(file.path, standIn);
    if (!keepTimes) utimesSync(encodePath(standIn), ANCIENT, ANCIENT);
    renameSync(encodePath(standIn), encodePath(file.path)); // the path is never without a file
    standIns.set(file.path, changeStamp(file.path) ?? "");
  }
  for (const folder of journal.folders.filter((one) => one.existed)) {
    const next = join(journal.stageDir, "new", `folder-${journal.folders.indexOf(folder)}`);
    const fresh = asidePlace(folder.path, next, `${journal.buildId}-new`);
    for (const inside of folder.standIns) {
      makeParent(join(fresh, inside));
      copyDurably(join(folder.path, inside), join(fresh, inside));
      if (!keepTimes) utimesSync(encodePath(join(fresh, inside)), ANCIENT, ANCIENT);
    }
    renameSync(folder.path, folder.aside);
    if (folder.standIns.length > 0) renameSync(fresh, folder.path);
    for (const inside of folder.standIns) {
      const path = join(folder.path, inside);
      standIns.set(path, changeStamp(path) ?? "");
    }
  }
  return standIns;
}

function putBack(ws: Workspace, journal: Journal, file: ProtectedFile, moved: Quarantined[]): void {
  if (!file.existed) {
    if (existsAt(file.path)) moved.push(setApart(ws, journal, file.path));
    return;
  }
  if (!existsAt(file.aside)) return;
  if (file.how === "copy" && stampOf(file.path) === file.stamp) {
    rmSync(encodePath(file.aside));
    return;
  }
  const present = lstatSync(encodePath(file.path), { throwIfNoEntry: false });
  const isInTheWay = present !== undefined && (present.isDirectory() || file.how === "move");
  if (isInTheWay) moved.push(setApart(ws, journal, file.path));
  makeParent(file.path);
  renameOver(file.aside, file.path);
}

/** A file that a failed build made: to quarantine, or, where the disk is so full that no folder can be made, to the stage. */
function setApart(ws: Workspace, journal: Journal, path: string): Quarantined {
  const why = "made by a build that failed";
  try {
    return moveToQuarantine(ws, journal.buildId, path, why);
  } catch {
    for (let at = 0; ; at++) {
      const keptAt = join(journal.stageDir, "failed", `file-${at}`);
      if (existsAt(keptAt)) continue;
      renameSync(encodePath(path), keptAt);
      return { path, keptAt, why };
    }
  }
}

function putFolderBack(journal: Journal, folder: ProtectedFolder): void {
  if (folder.existed && !existsAt(folder.aside)) return;
  if (existsAt(folder.path)) renameSync(folder.path, freeFailedName(journal, folder));
  if (folder.existed) renameSync(folder.aside, folder.path);
}

function freeFailedName(journal: Journal, folder: ProtectedFolder): string {
  for (let at = 0; ; at++) {
    const name = asidePlace(
      folder.path,
      join(journal.stageDir, "failed", `folder-${at}`),
      `${journal.buildId}-failed-${at}`,
    );
    if (!existsAt(name)) return name;
  }
}

/** What was put aside and is not ours: to quarantine, unless the very file is still in its place. */
function keepForeign(ws: Workspace, journal: Journal): Quarantined[] {
  return journal.files
    .filter((file) => file.isForeign && existsAt(file.aside))
    .filter((file) => lstatSync(encodePath(file.aside)).size > 0)
    .filter((file) =>
      file.how === "copy" ? stampOf(file.path) !== file.stamp : stampOf(file.path) !== stampOf(file.aside),
    )
    .map((file) => {
      const why = "was in the place of an output and was not our build";
      return moveToQuarantine(ws, journal.buildId, file.aside, why, file.path);
    });
}

/** Outputs of the old build that the new one does not have, and that nothing rebuilt: out of the importer's way. */
function retire(ws: Workspace, journal: Journal): Quarantined[] {
  const known = readBaseline(ws, journal.extension, journal.interpreter);
  if (!known.ok || !sameBuild(known.value, journal.buildId)) return [];
  const kept = new Set(known.value.baseline.outputs.map((output) => outputPath(ws.top, output.path)));
  return journal.files
    .filter((file) => file.how === "stand-in" && file.existed && !kept.has(file.path) && existsAt(file.path))
    .filter((file) => lstatSync(encodePath(file.path)).mtimeMs === ANCIENT.getTime())
    .map((file) => moveToQuarantine(ws, journal.buildId, file.path, "no longer built"));
}

async function listLoadable(ws: Workspace, folders: readonly RepoPath[]): Promise<RepoPath[]> {
  return (await listIgnored(ws, folders)).filter(isLoadable);
}

function listSites(interpreter: Interpreter | null): Record<string, string[]> {
  return Object.fromEntries((interpreter?.sitePackages ?? []).map((site) => [site, entriesOf(site)]));
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Stages of builds that ended: their failed build directories make room for this one's. */
function dropOldStages(ws: Workspace, buildId: string): void {
  const root = join(ws.stateDir, "stage");
  for (const name of entriesOf(root).filter((one) => one !== buildId)) {
    // A full disk may have kept files from quarantine: they go there now.
    const apart = join(root, name, "failed");
    for (const file of entriesOf(apart).filter((one) => one.startsWith("file-"))) {
      moveToQuarantine(ws, name, join(apart, file), "made by a build that failed");
    }
    rmSync(join(root, name), { recursive: true, force: true });
  }
}

/** Changes whenever anybody writes or replaces the file, even with the same content. */
function changeStamp(path: string): string | null {
  const stat = lstatSync(encodePath(path), { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino}:${stat.ctimeNs}` : null;
}

/** Survives a rename or a new hard link, unlike `changeStamp`. */
function stampOf(path: string): string {
  const stat = lstatSync(encodePath(path), { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino}:${stat.mtimeNs}:${stat.size}` : "absent";
}
