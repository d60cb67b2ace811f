import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isListOf, isText } from "../../store/baseline-shape.ts";

/**
 * Build definition files of a meson build directory: what `meson introspect --buildsystem-files` prints, which meson
 * keeps in `meson-info` itself. Absolute paths; null where there are none.
 */
export function mesonFiles(folder: string): readonly string[] | null {
  try {
    const file = join(folder, "meson-info", "intro-buildsystem_files.json");
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isListOf(value, isText) ? value : null;
  } catch {
    return null;
  }
}
