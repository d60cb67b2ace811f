/** Which files of the tree an include can mean. */
import type { RepoPath } from "../model.ts";
import type { SourceFacts } from "./facts.ts";
import { folderOf, isAside, isTemplate, kindOf } from "./file-kinds.ts";
import { isStandardModule } from "./python-stdlib.ts";
import { beside, isPath, type TreeFiles } from "./tree-files.ts";

/** Files that were found, and names that no file of the tree explains. */
export interface Resolved {
  readonly files: readonly RepoPath[];
  readonly unknown: readonly string[];
}

/**
 * Search paths are not known, so every file whose path ends with the name counts. One certainty narrows that: what is
 * quoted and lies beside the file is what every compiler takes. Files below tests and the like are no answer where
 * there is another.
 */
export function resolveIncludes(
  path: RepoPath,
  facts: SourceFacts,
  files: TreeFiles,
  root: RepoPath,
): Resolved {
  const found = new Set<RepoPath>();
  const unknown: string[] = [];
  const kind = kindOf(path);
  for (const name of facts.includes) {
    const matches = kind === "script" ? ofScript(path, name, files, root) : quoted(path, name, files, root);
    for (const match of matches) found.add(match);
    if (matches.length === 0 && kind === "c") unknown.push(name);
  }
  for (const name of facts.searched) {
    const matches = anywhere(path, name, files, root);
    for (const match of matches) found.add(match);
    if (matches.length === 0) unknown.push(name);
  }
  found.delete(path);
  return { files: [...found], unknown };
}

function quoted(path: RepoPath, name: string, files: TreeFiles, root: RepoPath): readonly RepoPath[] {
  const near = beside(path, name);
  const exact = near === null ? null : files.at(near);
  // Cython takes a leading dot for the package, and nothing else.
  const isRelativeModule = kindOf(path) === "cython" && name.startsWith(".");
  if (isRelativeModule) return exact === null ? templatesOf(near ?? name, files) : [exact];
  // So do C compilers with quotes, and Cython with `include`.
  const isFirst = kindOf(path) === "c" || name.endsWith(".pxi");
  if (exact !== null && isFirst && !isTemplate(path)) return [exact];
  const others = anywhere(path, name, files, root);
  return exact === null ? others : [exact, ...others];
}

function anywhere(path: RepoPath, name: string, files: TreeFiles, root: RepoPath): readonly RepoPath[] {
  const suffix = name
    .replace(/\/\.\//g, "/")
    .replace(/^(?:\.{1,2}\/)+/, "")
    .replace(/^.*\/\.\.\//, "");
  const matches = files.endingWith(suffix);
  return preferOurs(path, matches.length > 0 ? matches : templatesOf(suffix, files), root);
}

/** A header that a build makes out of a template of the same name. */
function templatesOf(name: string, files: TreeFiles): readonly RepoPath[] {
  return ["in", "src", "j2", "jinja", "tmpl", "template", "tp"].flatMap((end) =>
    files.endingWith(`${name}.${end}`),
  );
}

function preferOurs(path: RepoPath, matches: readonly RepoPath[], root: RepoPath): readonly RepoPath[] {
  if (matches.length < 2 || isAside(path, root)) return matches;
  const ours = matches.filter((match) => !isAside(match, root));
  return ours.length > 0 ? ours : matches;
}

/** A generator reads data beside it; what it names as a header or a template may lie anywhere. */
function ofScript(path: RepoPath, name: string, files: TreeFiles, root: RepoPath): readonly RepoPath[] {
  const folder = folderOf(path);
  if (!isPath(name)) {
    const below = folder === "" ? `**/${name}` : `${folder}/**/${name}`;
    return files.matching([below, below.replace("/**/", "/")]);
  }
  const near = beside(path, name);
  const exact = near === null ? null : files.at(near);
  if (exact !== null) return [exact];
  if (/\.(?:json|ya?ml|csv|toml)$/.test(name)) {
    return files.endingWith(name).filter((match) => folder === "" || match.startsWith(`${folder}/`));
  }
  if (name.startsWith(".")) return [];
  const module = /^(.*?)(?:\/__init__)?\.py$/.exec(name)?.[1];
  if (module !== undefined) {
    if (isStandardModule(module.replaceAll("/", "."))) return [];
    const tops = files.endingWith(name).filter((match) => isImportable(match, name, files));
    return preferOurs(path, tops, root);
  }
  return preferOurs(path, files.endingWith(name), root);
}

/** A module is imported by its full name: what lies in a package is not found without that package's name. */
function isImportable(match: RepoPath, name: string, files: TreeFiles): boolean {
  const above = match.slice(0, match.length - name.length);
  return files.at(`${above}__init__.py`) === null;
}
