import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Files of a name in a build directory: in itself, or up to two levels below
 * (`build/temp.linux-x86_64-cpython-311/CMakeCache.txt`). Where a folder has one, those in it are not searched.
 */
export function filesNamed(folder: string, name: string, depth = 2): string[] {
  const here = join(folder, name);
  if (existsSync(here)) return [here];
  return depth === 0
    ? []
    : foldersIn(folder).flatMap((inside) => filesNamed(join(folder, inside), name, depth - 1));
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch {
    return [];
  }
}
