import { posix } from "node:path";
import type { Extension } from "../../model.ts";
import type { Observed } from "../../observe.ts";

/** Folders that the recipe's compilers may have run in, absolute: the top, what it names, and each project's own. */
export function recipeFolders(observed: Observed, extension: Extension): string[] {
  const { ws, tracked } = observed;
  const named = extension.recipe.flat().map((word) => posix.normalize(word));
  const projects = [...tracked]
    .filter((path) => /(^|\/)(setup\.py|pyproject\.toml)$/.test(path))
    .map((path) => posix.dirname(path))
    .filter((folder) => folder === "." || named.some((word) => word.replace(/\/$/, "") === folder));
  return [...new Set([".", ...projects])].map((folder) => posix.join(ws.top, folder));
}
