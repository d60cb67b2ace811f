/**
 * The bank. Order matters in every function here; docs/transaction.md tells what a kill at each step leaves.
 * The commit point is one rename: the new baseline over the old one (docs/decisions/0001).
 */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { outputPath } from "../fingerprint/output-path.ts";
import type { PathSet } from "../git/path-set.ts";
import { trackedNow } from "../git/tracked-now.ts";
import type { Baseline, RepoPath, Workspace } from "../model.ts";
import { baselinePath, readBaseline, sameBuild } from "../store/baseline.ts";
import { makeParent } from "../store/move.ts";
import type { Quarantined } from "../store/quarantine.ts";
import { slotKey, stageSlot } from "../store/slots.ts";
import { syncFolder, writeDurably } from "../store/state-file.ts";
import { changeStamp, stampOf } from "./file-stamps.ts";
import { finish } from "./finish.ts";
import { writeOwnFiles } from "./foreign-files.ts";
import { dropOldStages, dropStage } from "./half-built.ts";
import { type Journal, writeJournal } from "./journal.ts";
import { listLoadable, listSites } from "./listings.ts";
import { thisProcess } from "./owner.ts";
import { putAside } from "./put-aside.ts";
import { rollBack } from "./roll-back.ts";
import { type Plan, planFiles, planFolders } from "./transaction-plan.ts";

export interface Transaction {
  readonly journal: Journal;
  /** path -> stamp of the stand-in that was put in its place. */
  readonly standIns: ReadonlyMap<string, string>;
  /** What git tracked when it began, which may be more than what a look saw before. Null: not known. */
  readonly tracked: PathSet | null;
}

/** Journal first, then every move. On an error everything is put back before it is thrown. */
export async function begin(ws: Workspace, plan: Plan): Promise<Transaction> {
  const stageDir = join(ws.stateDir, "stage", plan.buildId);
  const { halfBuilt } = plan;
  dropOldStages(ws, plan.kind === "build" ? plan.extension : null, halfBuilt);
  for (const name of ["aside", "failed", "new"]) mkdirSync(join(stageDir, name), { recursive: true });
  const before = await listLoadable(ws, plan.watched);
  const tracked = await trackedNow(ws);
  const untracked = { ...plan, outputs: plan.outputs.filter((path) => tracked?.has(path) !== true) };
  const journal: Journal = {
    version: 1,
    kind: plan.kind,
    buildId: plan.buildId,
    extension: plan.extension,
    interpreter: plan.interpreter?.path ?? null,
    owner: thisProcess(),
    stageDir,
    files: planFiles(ws, untracked, before, stageDir),
    folders: planFolders(ws, untracked, stageDir),
    watched: plan.watched,
    before,
    siteBefore: plan.records.length > 0 ? listSites(plan.interpreter) : {},
    slotKey: null,
    environment: plan.environment,
  };
  writeOwnFiles(stageDir, plan.buildDirFiles);
  writeJournal(ws, journal);
  try {
    const standIns = putAside(journal, plan.keepTimes, halfBuilt?.folders ?? new Map());
    if (halfBuilt !== null) dropStage(ws, halfBuilt.buildId);
    return { journal, standIns, tracked };
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
  let journal: Journal = { ...transaction.journal, slotKey: keepSlot ? slotKey(baseline) : null };
  const slot = join(journal.stageDir, "slot");
  const next = join(journal.stageDir, "baseline.json");
  const prepare = (): void => {
    if (journal.slotKey !== null) stageSlot(ws, slot, baseline);
    writeJournal(ws, journal);
    writeDurably(next, `${JSON.stringify(baseline, null, 1)}\n`);
  };
  try {
    prepare();
  } catch (error) {
    if (journal.slotKey === null) throw error;
    rmSync(slot, { recursive: true, force: true }); // no room for a second copy: the build is good all the same
    journal = { ...journal, slotKey: null };
    prepare();
  }
  const path = baselinePath(ws, baseline.extension, baseline.interpreter);
  makeParent(path);
  renameSync(next, path); // the commit point
  syncFolder(dirname(path));
  try {
    return finish(ws, journal);
  } catch {
    return []; // The journal stays: whatever comes next finishes this. Nothing may be rolled back any more.
  }
}

/** Whether the commit point was passed: the baseline on disk is this build's. */
export function isCommitted(ws: Workspace, journal: Journal): boolean {
  const known = readBaseline(ws, journal.extension, journal.interpreter);
  return known.ok && sameBuild(known.value, journal.buildId);
}
