/**
 * Build directories of a build that stopped half-way. They stay in its stage, and the next build of the same
 * fingerprint goes on there (docs/decisions/0025). Only ninja's are used: its log names what is whole.
 */
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { hasDeadPrograms } from "../doctor/checks/cmake-cache.ts";
import type { Workspace } from "../model.ts";
import { isListOf, isObject, isText } from "../store/baseline-shape.ts";
import { asidePlace, existsAt, removeTree } from "../store/move.ts";
import { moveToQuarantine } from "../store/quarantine.ts";
import { readState, writeDurably } from "../store/state-file.ts";
import { filesNamed } from "./find-named.ts";
import type { Journal, ProtectedFolder } from "./journal.ts";
import { entriesOf } from "./listings.ts";

/** What a build was of; another one may go on only where it is of the very same. */
export interface BuildOf {
  readonly extension: string;
  readonly interpreter: string | null;
  readonly fingerprint: string;
  /** inode and ctime of each input (see input-stamps.ts). */
  readonly stamps: ReadonlyMap<string, string>;
}

/** What is there to go on with. */
export interface HalfBuilt {
  readonly buildId: string;
  /** Build directory -> where it lies. Absolute paths. */
  readonly folders: ReadonlyMap<string, string>;
  /** Steps that ninja has finished. */
  readonly steps: number;
}

/** Where `rollBack` leaves a build directory of a build that failed. */
export function failedPlace(journal: Journal, folder: ProtectedFolder): string {
  const index = journal.folders.indexOf(folder);
  const { buildId, stageDir } = journal;
  return asidePlace(folder.path, join(stageDir, "failed", `folder-${index}`), `${buildId}-failed-${index}`);
}

/** Before the recipe runs: what this build is of. */
export function noteHalfBuilt(journal: Journal, of: BuildOf): void {
  if (journal.folders.length === 0) return;
  const folders = journal.folders.map((folder) => [folder.path, failedPlace(journal, folder)]);
  const record = { version: 1, ...of, stamps: Object.fromEntries(of.stamps), folders };
  try {
    writeDurably(notePath(journal.stageDir), JSON.stringify(record));
  } catch {
    // a full disk: then nobody goes on from here
  }
}

/** The recipe has ended, and no input moved while it ran: from now on the inputs' times do not matter. */
export function noteEnded(journal: Journal): void {
  try {
    writeFileSync(endedPath(journal.stageDir), "");
  } catch {
    // a full disk: then the inputs must not have moved until the next build
  }
}

/** Nobody may go on from here: what was made is not good, or may be of another state. */
export function spoilHalfBuilt(journal: Journal): void {
  const note = notePath(journal.stageDir);
  if (existsSync(note)) renameSync(note, spoiltPath(journal.stageDir));
}

/**
 * The newest build directories that a build of exactly this may go on with, or null.
 * @param own the build that asks: its stage holds what it puts aside, and is nobody's to go on with.
 */
export function findHalfBuilt(ws: Workspace, own: string, of: BuildOf): HalfBuilt | null {
  const others = entriesOf(stages(ws)).filter((buildId) => buildId !== own);
  for (const buildId of others.sort().reverse()) {
    const note = readNote(join(stages(ws), buildId));
    if (note === null || !isSame(note, of)) continue;
    const folders = note.folders.filter(([, keptAt]) => isWhole(keptAt));
    if (folders.length === 0) continue;
    const steps = folders.reduce((sum, [, keptAt]) => sum + finishedSteps(keptAt), 0);
    return { buildId, folders: new Map(folders), steps };
  }
  return null;
}

/** Steps that ninja has finished in a folder, or in folders close below. */
export function finishedSteps(folder: string): number {
  const outputs = new Set<string>();
  try {
    for (const log of ninjaLogs(folder)) {
      for (const line of readFileSync(log, "utf8").split("\n")) {
        const output = line.split("\t")[3];
        if (output !== undefined) outputs.add(`${log}\t${output}`);
      }
    }
  } catch {
    // of a recipe that is just being ended
  }
  return outputs.size;
}

/**
 * Drops the stages of builds that ended, to make room. What another extension may still go on with stays.
 * @param extension that is built now; null: none. @param halfBuilt what it goes on with.
 */
export function dropOldStages(ws: Workspace, extension: string | null, halfBuilt: HalfBuilt | null): void {
  for (const buildId of entriesOf(stages(ws)).filter((id) => id !== halfBuilt?.buildId)) {
    const stage = join(stages(ws), buildId);
    const note = readNote(stage);
    const isOfUse = note !== null && note.folders.some(([, keptAt]) => existsAt(keptAt));
    if (isOfUse && note.extension !== extension) continue;
    dropStage(ws, buildId);
  }
}

/** Drops a stage, and what it has beside a build directory on another file system. */
export function dropStage(ws: Workspace, buildId: string): void {
  const stage = join(stages(ws), buildId);
  // A full disk may have kept files from quarantine: they go there now.
  const apart = join(stage, "failed");
  for (const file of entriesOf(apart).filter((one) => one.startsWith("file-"))) {
    moveToQuarantine(ws, buildId, join(apart, file), "made by a build that failed");
  }
  for (const path of [notePath(stage), spoiltPath(stage)]) {
    for (const [, keptAt] of readRecord(path)?.folders ?? []) {
      const isOurs = basename(keptAt).startsWith(`.rebuild-if-needed-${buildId}-`);
      if (isOurs) removeTree(keptAt);
    }
  }
  removeTree(stage);
}

interface Note extends Omit<BuildOf, "stamps"> {
  readonly stamps: Readonly<Record<string, unknown>>;
  readonly folders: readonly (readonly [path: string, keptAt: string])[];
  readonly hasEnded: boolean;
}

function readNote(stage: string): Note | null {
  const record = readRecord(notePath(stage));
  return record === null ? null : { ...record, hasEnded: existsSync(endedPath(stage)) };
}

function readRecord(path: string): Omit<Note, "hasEnded"> | null {
  const state = readState(path);
  if (state.kind !== "value") return null;
  const { extension, interpreter, fingerprint, stamps, folders } = state.value;
  if (!isText(extension) || !isText(fingerprint) || !isObject(stamps)) return null;
  if (interpreter !== null && !isText(interpreter)) return null;
  return isListOf(folders, isPair) ? { extension, interpreter, fingerprint, stamps, folders } : null;
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every(isText);
}

function isSame(note: Note, of: BuildOf): boolean {
  if (note.extension !== of.extension || note.interpreter !== of.interpreter) return false;
  if (note.fingerprint !== of.fingerprint) return false;
  if (note.hasEnded) return true;
  const paths = Object.keys(note.stamps);
  return paths.length === of.stamps.size && paths.every((path) => note.stamps[path] === of.stamps.get(path));
}

/** True for a build directory whose builder knows by itself which of its files are whole. */
function isWhole(folder: string): boolean {
  return ninjaLogs(folder).length > 0 && !filesNamed(folder, "CMakeCache.txt").some(hasDeadPrograms);
}

function ninjaLogs(folder: string): string[] {
  return filesNamed(folder, ".ninja_log").filter((path) => statSync(path).isFile());
}

function stages(ws: Workspace): string {
  return join(ws.stateDir, "stage");
}

function notePath(stage: string): string {
  return join(stage, "half-built.json");
}

function spoiltPath(stage: string): string {
  return join(stage, "spoilt.json");
}

function endedPath(stage: string): string {
  return join(stage, "ended");
}
