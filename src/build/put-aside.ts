import { renameSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { encodePath } from "../git/path-bytes.ts";
import { asidePlace, copyDurably, linkOrCopy, makeParent, tempPlace } from "../store/move.ts";
import { changeStamp } from "./file-stamps.ts";
import type { Journal } from "./journal.ts";

/** Stand-ins are older than any source, so that a recipe that goes by mtime builds (docs/decisions/0002). */
export const ANCIENT: Date = new Date("2000-01-01T00:00:00Z");

/**
 * Every move of a begun transaction. @returns path -> stamp of the stand-ins. Throws Node's error.
 * @param halfBuilt build directory -> where one lies that the build goes on with.
 */
export function putAside(
  journal: Journal,
  keepTimes: boolean,
  halfBuilt: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
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
  for (const folder of journal.folders) {
    const next = join(journal.stageDir, "new", `folder-${journal.folders.indexOf(folder)}`);
    const fresh = asidePlace(folder.path, next, `${journal.buildId}-new`);
    const before = halfBuilt.get(folder.path);
    if (before !== undefined) renameSync(before, fresh);
    if (before !== undefined) makeParent(folder.path);
    for (const inside of folder.standIns) {
      makeParent(join(fresh, inside));
      copyDurably(join(folder.path, inside), join(fresh, inside));
      if (!keepTimes) utimesSync(encodePath(join(fresh, inside)), ANCIENT, ANCIENT);
    }
    if (folder.existed) renameSync(folder.path, folder.aside);
    if (before !== undefined || folder.standIns.length > 0) renameSync(fresh, folder.path);
    for (const inside of folder.standIns) {
      const path = join(folder.path, inside);
      standIns.set(path, changeStamp(path) ?? "");
    }
  }
  return standIns;
}
