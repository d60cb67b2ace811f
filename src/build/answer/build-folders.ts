import { existsSync } from "node:fs";
import { join } from "node:path";
import { readFolder } from "../../store/move.ts";
import { isSideBuild } from "./ninja-folder.ts";

export interface BuildFolder {
  readonly folder: string;
  readonly kind: "ninja" | "makefiles";
}

/** How far below a configured build directory the build systems' own lie: `build/{wheel_tag}`, `build/temp.x/name`. */
const DEEPEST = 4;

/** Build directories of ninja and of CMake's makefiles at or below the extension's. All paths are absolute. */
export function findBuildFolders(folders: readonly string[]): BuildFolder[] {
  return folders.flatMap((folder) => search(folder, 0));
}

function search(folder: string, depth: number): BuildFolder[] {
  if (isSideBuild(folder)) return [];
  if (existsSync(join(folder, "build.ninja"))) return [{ folder, kind: "ninja" }];
  if (existsSync(join(folder, "CMakeCache.txt"))) return [{ folder, kind: "makefiles" }];
  if (depth === DEEPEST) return [];
  return readFolder(folder)
    .filter((entry) => entry.isFolder)
    .flatMap((entry) => search(join(folder, entry.name), depth + 1));
}
