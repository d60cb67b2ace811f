import { lstatSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { outputPath } from "../fingerprint/output-path.ts";
import { encodePath } from "../git/path-bytes.ts";
import { trackedNow } from "../git/tracked-now.ts";
import type { Workspace } from "../model.ts";
import { existsAt, makeParent, openFolder, renameOver } from "../store/move.ts";
import { type Quarantined, moveToQuarantine } from "../store/quarantine.ts";
import { stampOf } from "./file-stamps.ts";
import { failedPlace } from "./half-built.ts";
import { type Journal, type ProtectedFile, type ProtectedFolder, clearJournal } from "./journal.ts";
import { dropTempsOf, entriesOf, listLoadable } from "./listings.ts";
import { endProcessesOf } from "./process-group.ts";

/** Everything as it was before `begin`. Renames and removals only; every step can be repeated. */
export async function rollBack(ws: Workspace, journal: Journal): Promise<readonly Quarantined[]> {
  endProcessesOf(journal.buildId);
  const tracked = await trackedNow(ws);
  const isGits = (path: string): boolean => tracked?.has(relative(ws.top, path)) === true;
  const moved: Quarantined[] = [];
  const errors: unknown[] = [];
  const tryTo = (step: () => void): void => {
    try {
      step();
    } catch (error) {
      errors.push(error); // one file that cannot go back must not keep the others from it
    }
  };
  for (const file of journal.files) {
    tryTo(() =>
      isGits(file.path) ? leaveToGit(ws, journal, file, moved) : putBack(ws, journal, file, moved),
    );
  }
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
  // Not our output: the recipe may have written it, or a person has saved it meanwhile.
  else if (present !== undefined && file.how === "copy" && !isSameFile(file.path, file.aside))
    moved.push(setApart(ws, journal, file.path, "was changed while a build ran that failed"));
  makeParent(file.path);
  renameOver(file.aside, file.path);
}

/** Since the build began, git has come to track this place: what lies there is git's. */
function leaveToGit(ws: Workspace, journal: Journal, file: ProtectedFile, moved: Quarantined[]): void {
  if (!file.existed || !existsAt(file.aside)) return;
  if (file.how === "copy" && stampOf(file.path) === file.stamp) return rmSync(encodePath(file.aside));
  moved.push(setApart(ws, journal, file.aside, "git tracks its place now", file.path));
}

/** To quarantine, or, where the disk is so full that no folder can be made, to the stage. */
function setApart(
  ws: Workspace,
  journal: Journal,
  path: string,
  why = "made by a build that failed",
  place = path,
): Quarantined {
  try {
    return moveToQuarantine(ws, journal.buildId, path, why, place);
  } catch {
    for (let at = 0; ; at++) {
      const name = basename(path)
        .replace(/[^\w.-]/g, "_")
        .slice(-100);
      const keptAt = join(journal.stageDir, "failed", `file-${at}-${name}`);
      if (existsAt(keptAt)) continue;
      renameSync(encodePath(path), keptAt);
      return { path: place, keptAt, why };
    }
  }
}

function isSameFile(one: string, other: string): boolean {
  const [first, second] = [lstatSync(encodePath(one)), lstatSync(encodePath(other))];
  const areFiles = first.isFile() && second.isFile() && first.size === second.size;
  return areFiles && readFileSync(encodePath(one)).equals(readFileSync(encodePath(other)));
}

function putFolderBack(journal: Journal, folder: ProtectedFolder): void {
  if (folder.existed && !existsAt(folder.aside)) return;
  if (existsAt(folder.path)) {
    openFolder(folder.path); // a read-only folder cannot change its parent
    renameSync(folder.path, freeName(failedPlace(journal, folder)));
  }
  if (folder.existed) renameSync(folder.aside, folder.path);
}

function freeName(wanted: string): string {
  for (let at = 0; ; at++) {
    const name = at === 0 ? wanted : `${wanted}-${at}`;
    if (!existsAt(name)) return name;
  }
}
