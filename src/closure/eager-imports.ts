import type { RepoPath } from "../model.ts";
import { folderOf } from "./file-kinds.ts";

/**
 * Of the modules that a module of a package imports, those that importing it runs: not what stands in a function or
 * under TYPE_CHECKING. A build script that loads one settings module of its own package does not load the package.
 * @param reads globs of what the module reads; those that are no module stay.
 */
export function eagerReads(path: RepoPath, text: string, reads: readonly string[]): string[] {
  const eager: string[] = [];
  const lazy: string[] = [];
  let deepest: number | null = null;
  for (const line of text.split("\n")) {
    const indent = /^[ \t]*(?=[^\s#])/.exec(line)?.[0].length;
    if (indent === undefined) continue;
    if (deepest !== null && indent <= deepest) deepest = null;
    const found = /^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import\b|import[ \t]+([\w., \t]+))/.exec(line);
    if (found !== null) {
      const names = found[1] === undefined ? (found[2] ?? "").split(",") : [found[1]];
      for (const name of names) (deepest === null ? eager : lazy).push(modulePath(path, name.trim()));
    } else if (
      deepest === null &&
      /^[ \t]*(?:(?:async[ \t]+)?def\b|if[ \t]+(?:typing\.)?TYPE_CHECKING\b)/.test(line)
    ) {
      deepest = indent;
    }
  }
  const isOf = (glob: string, modules: readonly string[]): boolean =>
    modules.some(
      (module) => inModule(glob, module) || inModule(`${module}.py`, glob.replace(/\/__init__\.py$/, "")),
    );
  return reads.filter((glob) => !glob.endsWith(".py") || isOf(glob, eager) || !isOf(glob, lazy));
}

/** `a.b.c as d` is `a/b/c`; leading dots start from the module's own folder. */
function modulePath(path: RepoPath, name: string): string {
  const module = name.split(/\s/)[0] ?? "";
  const dots = /^\.*/.exec(module)?.[0].length ?? 0;
  let folder = folderOf(path);
  for (let up = 1; up < dots; up += 1) folder = folderOf(folder);
  const rest = module.slice(dots).replaceAll(".", "/");
  return dots === 0 ? rest : [folder, rest].filter((part) => part !== "").join("/");
}

/** Is the file the module, its package, or a name in it, from whatever folder? */
function inModule(glob: string, module: string): boolean {
  return `/${glob.replace(/\.py$/, "")}/`.includes(`/${module}/`);
}
