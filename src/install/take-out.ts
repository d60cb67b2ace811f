/** One file that `install` looked after, out again. */
import { rmdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Workspace } from "../model.ts";
import { chainFolder } from "./chain-folder.ts";
import { takeHook, type TakeAction } from "./hook-folder.ts";
import type { Placement } from "./placement.ts";
import { recordPath, type InstalledFile } from "./record.ts";
import { takeLines } from "./shared-lines.ts";

/** `kept`: lines that came with the project stay. */
export function takeOut(file: InstalledFile): TakeAction | "kept" {
  if (file.role !== "shared-lines") return takeHook(file.path);
  return file.origin === "found" ? "kept" : takeLines(file.path, file.origin === "created");
}

/** Folders of ours that hold nothing any more. */
export function removeEmptyFolders(ws: Workspace, files: readonly Placement[]): void {
  const own = files.filter((file) => file.role === "script" || file.role === "configured");
  for (const folder of new Set([
    ...own.map((file) => dirname(file.path)),
    chainFolder(ws),
    dirname(recordPath(ws)),
  ])) {
    try {
      rmdirSync(folder);
    } catch {
      // holds something, or is gone
    }
  }
}
