import { posix } from "node:path";
import { compileGlobs } from "../config/globs.ts";
import { linkTarget } from "./link-target.ts";
import { COMMIT, LINK } from "../git/content-id.ts";
import type { RepoPath } from "../model.ts";
import type { TreeText } from "./facts.ts";
import { baseName, folderOf, isAside, looksLikeSource, SCRIPT } from "./file-kinds.ts";

/** The paths of a tree, ready to be asked which of them a name can mean. */
export interface TreeFiles {
  readonly submodules: readonly RepoPath[];
  /** The file at a path, links followed; null where there is none. */
  at(path: RepoPath): RepoPath | null;
  /** Files that end with a path such as `a/b.h`, wherever they lie. */
  endingWith(suffix: string): readonly RepoPath[];
  /**
   * Files for a path that a build file names and that is not in the tree. It counts by its end, since wrappers put
   * folders before names; and what is made by the build, by what it is made of: `a.c` by `a.pyx`.
   */
  named(glob: string): readonly RepoPath[];
  /** Files that any of some globs with wildcards match, of kinds that builds read. */
  matching(globs: readonly string[]): readonly RepoPath[];
}

/** @param root the project's own folder; empty for the top. */
export async function indexTree(tree: TreeText, root: RepoPath): Promise<TreeFiles> {
  const real = new Map<RepoPath, RepoPath>();
  const submodules: RepoPath[] = [];
  for (const [path, id] of tree.ids) {
    if (id.startsWith(COMMIT)) submodules.push(path);
    else real.set(path, path);
  }
  for (const [path, target] of await linkedPaths(tree)) real.set(path, target);
  const byName = groupBy(real.keys(), baseName);
  const known = new Map<string, readonly RepoPath[]>();
  const endingWith = (suffix: string): readonly RepoPath[] => {
    const before = known.get(suffix);
    if (before !== undefined) return before;
    const named = byName.get(baseName(suffix));
    if (named === undefined) return [];
    const tail = `/${suffix}`;
    const paths = named.filter((path) => path === suffix || path.endsWith(tail));
    const found = [...new Set(paths.map((path) => real.get(path) ?? path))];
    known.set(suffix, found);
    return found;
  };
  const byExtension = groupBy(real.keys(), extensionOf);
  return {
    submodules,
    at: (path) => real.get(path) ?? null,
    endingWith,
    named(glob) {
      const name = baseName(glob);
      if (!looksLikeSource(name) && !SCRIPT.has(name.split(".").at(-1) ?? "")) return [];
      const ends = [glob, ...makersOf(glob)].flatMap(shorter);
      for (const end of ends) {
        const found = endingWith(end).filter((path) => isAside(glob, root) || !isAside(path, root));
        if (found.length > 0) return found;
      }
      return [];
    },
    matching(globs) {
      const found = new Set<RepoPath>();
      for (const [extension, matches] of matchersFor(globs)) {
        const paths =
          extension === null
            ? [...byExtension].flatMap(([one, group]) => (looksLikeSource(`.${one}`) ? group : []))
            : (byExtension.get(extension) ?? []);
        for (const path of paths) if (matches(path)) found.add(real.get(path) ?? path);
      }
      return [...found];
    },
  };
}

/** Ends of a path, the longest first. */
function shorter(path: RepoPath): string[] {
  const parts = path.split("/");
  return parts.map((_, at) => parts.slice(at).join("/"));
}

/** What a generated C or C++ source is most often made of. */
function makersOf(path: RepoPath): RepoPath[] {
  const made = /^(.*)\.(c|cc|cpp|cxx|C|h|hpp|pyx|pxd|cu)$/.exec(path);
  if (made === null) return [];
  const ends = [
    "pyx",
    "py.in",
    "pyx.in",
    "pyx.tp",
    "y",
    "yy",
    "l",
    "ll",
    "proto",
    "i",
    ...TEMPLATES.map((end) => `${made[2]}.${end}`),
  ];
  return ends.map((end) => `${made[1]}.${end}`);
}

const TEMPLATES = ["in", "src", "j2", "jinja", "tmpl", "template", "mako"];

/** True for a glob that is a path. */
export function isPath(glob: string): boolean {
  return !/[*?[{]/.test(glob);
}

/** `**` + `/a/b.h` asks for an end only; null for other globs. */
export function suffixOf(glob: string): string | null {
  return glob.startsWith("**/") && isPath(glob.slice(3)) ? glob.slice(3) : null;
}

/** Symbolic links to files, and the files below links to folders: path -> the path that it stands for. */
async function linkedPaths(tree: TreeText): Promise<Map<RepoPath, RepoPath>> {
  const links = [...tree.ids].filter(([, id]) => id.startsWith(LINK)).map(([path]) => path);
  const found = new Map<RepoPath, RepoPath>();
  if (links.length === 0) return found;
  const folders = new Map<RepoPath, RepoPath>();
  for (const [path, text] of await tree.read(links)) {
    const target = linkTarget(path, text);
    if (target === null) continue;
    // The link's own text counts too: it stays in the closure beside its target.
    if (tree.ids.has(target)) found.set(path, target);
    else folders.set(path, target.replace(/\/$/, ""));
  }
  for (const [path, folder] of folders) {
    for (const file of tree.ids.keys()) {
      if (file.startsWith(`${folder}/`)) found.set(posix.join(path, file.slice(folder.length + 1)), file);
    }
  }
  return found;
}

function groupBy(paths: Iterable<RepoPath>, keyOf: (path: RepoPath) => string): Map<string, RepoPath[]> {
  const groups = new Map<string, RepoPath[]>();
  for (const path of paths) {
    const key = keyOf(path);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [path]);
    else group.push(path);
  }
  return groups;
}

function extensionOf(path: RepoPath): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

type Matcher = (path: RepoPath) => boolean;

/** Compiled globs, which a long history asks for again and again. */
const compiled = new Map<string, readonly (readonly [extension: string | null, matches: Matcher])[]>();

/**
 * Globs by the suffix that they want, so that each is held against few paths. Null: a glob of all files (`src/*`), which
 * means those that a build reads.
 */
function matchersFor(globs: readonly string[]): readonly (readonly [string | null, Matcher])[] {
  const key = globs.join("\0");
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const groups = new Map<string | null, string[]>();
  for (const glob of globs) {
    const extension = /\.([\w+]+)$/.exec(glob)?.[1] ?? null;
    const group = groups.get(extension);
    if (group === undefined) groups.set(extension, [glob]);
    else group.push(glob);
  }
  const made = [...groups].map(([extension, group]) => [extension, compileGlobs(group)] as const);
  if (compiled.size > 2000) compiled.clear();
  compiled.set(key, made);
  return made;
}

/** The folder of a path inside of it, for names beside a file. */
export function beside(path: RepoPath, name: string): RepoPath | null {
  const joined = posix.normalize(posix.join(folderOf(path), name));
  return joined.startsWith("../") || joined === ".." ? null : joined;
}
