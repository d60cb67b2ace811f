import { join } from "node:path";
import { readFolder } from "../../store/move.ts";
import { readText } from "./ninja-folder.ts";

/** Texts of all dependency files (`*.d`) below a folder. */
export function depfileTexts(folder: string): string[] {
  return readFolder(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFolder) return depfileTexts(path);
    const text = entry.name.endsWith(".d") ? readText(path) : null;
    return text === null ? [] : [text];
  });
}
