import { bringBackForeign } from "./foreign-files.ts";
import { lstatSync, rmSync } from "node:fs";
import { join } from "node:path";
import { outputPath } from "../fingerprint/output-path.ts";
import { encodePath } from "../git/path-bytes.ts";
import type { Workspace } from "../model.ts";
import { readBaseline, sameBuild } from "../store/baseline.ts";
import { writeEnvironment } from "../store/environment.ts";
import { existsAt, makeWritable, removeTree } from "../store/move.ts";
import { type Quarantined, moveToQuarantine } from "../store/quarantine.ts";
import { adoptSlot } from "../store/slots.ts";
import { stampOf } from "./file-stamps.ts";
import { type Journal, clearJournal } from "./journal.ts";
import { dropTempsOf } from "./listings.ts";
import { objectFolder } from "./object-folder.ts";
import { ANCIENT } from "./put-aside.ts";

/** What follows the commit point; also run by recovery, so every step can be repeated. */
export function finish(ws: Workspace, journal: Journal): readonly Quarantined[] {
  if (journal.environment !== null) writeEnvironment(ws, journal.environment);
  if (journal.slotKey !== null) adoptSlot(ws, join(journal.stageDir, "slot"), journal.slotKey);
  for (const folder of journal.folders) makeWritable(folder.aside);
  const moved = [...retire(ws, journal), ...bringBackForeign(ws, journal), ...keepForeign(ws, journal)];
  for (const file of journal.files.filter((one) => one.how !== "move"))
    rmSync(encodePath(file.aside), { force: true });
  for (const folder of journal.folders) removeTree(folder.aside);
  removeTree(objectFolder(ws, journal.extension));
  dropTempsOf(journal);
  removeTree(journal.stageDir);
  clearJournal(ws);
  return moved;
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
  const standIns = [
    ...journal.files.filter((file) => file.how === "stand-in" && file.existed).map((file) => file.path),
    ...journal.folders.flatMap((folder) => folder.standIns.map((inside) => join(folder.path, inside))),
  ];
  return standIns
    .filter((path) => !kept.has(path) && existsAt(path))
    .filter((path) => lstatSync(encodePath(path)).mtimeMs === ANCIENT.getTime())
    .map((path) => moveToQuarantine(ws, journal.buildId, path, "no longer built"));
}
