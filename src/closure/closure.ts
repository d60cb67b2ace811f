import type { RepoPath } from "../model.ts";
import { LINK } from "../git/content-id.ts";
import type { CMakeCondition, CMakeFacts } from "./cmake.ts";
import { type BuildContext, heldParts } from "./conditions.ts";
import { eagerReads } from "./eager-imports.ts";
import { type FileFacts, readFacts, type Role } from "./facts-cache.ts";
import type { BuildFileFacts, Closure, TreeText } from "./facts.ts";
import { isAside, kindOf } from "./file-kinds.ts";
import { recall, remember } from "./recent-closures.ts";
import { resolveIncludes } from "./resolve-includes.ts";
import { findRoots } from "./roots.ts";
import { usedSubmodules } from "./submodules.ts";
import { beside, indexTree, isPath, suffixOf, type TreeFiles } from "./tree-files.ts";

export interface ClosureOptions {
  /** Folder of the project in the tree; empty: the top. */
  readonly root?: RepoPath;
}

/**
 * Files that a build of this tree can read, by the text of its build files and sources: from the build files at the
 * top over what they name to what that includes. What is not certain counts. No program is run.
 */
export async function findClosure(tree: TreeText, options: ClosureOptions = {}): Promise<Closure> {
  const root = options.root ?? "";
  const known = recall(tree, root);
  if (known !== null) return known;
  const read = new Set<RepoPath>();
  const closure = await search(noting(tree, read), root, read);
  remember({ ids: tree.ids, read, closure, root });
  return closure;
}

/** The tree, with a note of every file that is asked for. */
function noting(tree: TreeText, read: Set<RepoPath>): TreeText {
  return {
    ids: tree.ids,
    read: (paths) => {
      for (const path of paths) read.add(path);
      return tree.read(paths);
    },
  };
}

async function search(tree: TreeText, root: RepoPath, read: Set<RepoPath>): Promise<Closure> {
  const files = await indexTree(tree, root);
  const roots = await findRoots(new Set(tree.ids.keys()), root, (paths) => tree.read(paths));
  const walk = newWalk(tree, files, root);
  for (const path of roots.files) walk.add(path, null, "build");
  addNamed(
    walk,
    { sources: roots.sources, reads: [], open: roots.open },
    `${root === "" ? "" : `${root}/`}pyproject.toml`,
  );
  await walkAll(walk, { isSkbuild: roots.isSkbuild, settings: roots.settings });
  addLinks(walk);
  for (const path of walk.visited) read.add(path); // also those whose facts were at hand
  const { texts, globs, unknown } = walk;
  for (const [path, from] of usedSubmodules({ paths: files.submodules, globs, texts, unknown, root })) {
    walk.found.set(path, from);
  }
  return { files: walk.found, open: walk.open ?? (namesSource(walk) ? null : NO_SOURCE) };
}

/** A library that a Makefile or a command by hand makes, and that setup.py only packs. */
const NO_SOURCE = "no build file that Python's build reads names a source";

function namesSource({ found }: Walk): boolean {
  return [...found].some(([path, from]) => from !== null && TRANSLATED.test(path));
}

/** What a compiler or Cython starts from. */
const TRANSLATED = /\.(?:c|cc|cpp|cxx|c\+\+|cu|hip|m|mm|pyx|s|S|asm|f|f90|i)$/;

/** The state of one search. */
interface Walk {
  readonly tree: TreeText;
  readonly files: TreeFiles;
  readonly root: RepoPath;
  readonly found: Map<RepoPath, RepoPath | null>;
  /** Found and not read yet. */
  next: (readonly [path: RepoPath, role: Role])[];
  /** All that was ever in `next`. */
  readonly visited: Set<RepoPath>;
  readonly cmake: Map<RepoPath, CMakeFacts>;
  readonly released: Set<CMakeCondition>;
  readonly texts: Map<RepoPath, string>;
  readonly globs: (readonly [glob: string, from: RepoPath])[];
  readonly unknown: Map<string, RepoPath>;
  open: string | null;
  add(path: RepoPath, from: RepoPath | null, role: Role): void;
}

function newWalk(tree: TreeText, files: TreeFiles, root: RepoPath): Walk {
  const seen = new Set<string>();
  const walk: Walk = {
    tree,
    files,
    root,
    found: new Map(),
    next: [],
    visited: new Set(),
    cmake: new Map(),
    released: new Set(),
    texts: new Map(),
    globs: [],
    unknown: new Map(),
    open: null,
    add(path, from, role) {
      if (!walk.found.has(path)) walk.found.set(path, from);
      const key = `${role} ${path}`;
      if (seen.has(key) || kindOf(path) === null) return;
      seen.add(key);
      walk.visited.add(path);
      walk.next.push([path, role]);
    },
  };
  return walk;
}

/** Level by level, so that each level's texts are asked for at once. */
async function walkAll(walk: Walk, context: BuildContext): Promise<void> {
  while (walk.next.length > 0) {
    const level = walk.next;
    walk.next = [];
    const facts = await readFacts(walk.tree, level);
    level.forEach(([path], at) => take(walk, path, facts[at] ?? null));
    if (walk.next.length > 0) continue;
    // All that is certain is read; now the parts that depend on what other files say.
    for (const { path, part } of heldParts(walk.cmake, context)) {
      if (walk.released.has(part)) continue;
      walk.released.add(part);
      addNamed(walk, part, path);
    }
  }
}

function take(walk: Walk, path: RepoPath, facts: FileFacts | null): void {
  if (facts === null) return;
  const { build, source } = facts;
  if (build !== null) {
    const from = walk.found.get(path);
    if (from !== null && from !== undefined && isBystander(walk, path, from, facts.text)) {
      walk.found.delete(path);
      return;
    }
    walk.texts.set(path, facts.text);
    if (kindOf(path) === "cmake") walk.cmake.set(path, build);
    const isOwnModule = from !== null && walk.files.at(beside(path, "__init__.py") ?? "") !== null;
    const reads =
      isOwnModule && path.endsWith(".py") ? eagerReads(path, facts.text, build.reads) : build.reads;
    addNamed(walk, { ...build, reads }, path);
  }
  if (source !== null) {
    const { files, unknown } = resolveIncludes(path, source, walk.files, walk.root);
    for (const file of files) walk.add(file, path, "source");
    for (const name of unknown) walk.unknown.set(name, path);
  }
}

/**
 * A folder of tests, benchmarks or examples that the build enters: what it makes there is no output that Python loads,
 * so a change there alters none. That is certain only if nothing there makes a library, installs, or speaks to others.
 */
function isBystander(walk: Walk, path: RepoPath, from: RepoPath, text: string): boolean {
  const kind = kindOf(path);
  if ((kind !== "cmake" && kind !== "meson") || isAside(from, walk.root) || !isAside(path, walk.root))
    return false;
  return !(kind === "cmake" ? CMAKE_MAKES : MESON_MAKES).test(text);
}

const CMAKE_MAKES =
  /\b(?:add_library|install|\w*(?:pybind11|nanobind|python|cython|pyx|module|extension)\w*_?(?:add|module|library|extension|target)\w*)\s*\(|\bPARENT_SCOPE\b|\bCACHE\b/i;
const MESON_MAKES =
  /\b(?:extension_module|shared_module|shared_library|static_library|both_libraries|library|custom_target|configure_file|install_\w+|declare_dependency)\s*\(/;

/** Adds what a build file names, each file with it as the one that names it. */
function addNamed(walk: Walk, facts: BuildFileFacts, from: RepoPath): void {
  walk.open ??= facts.open;
  for (const glob of [...facts.sources, ...facts.reads]) walk.globs.push([glob, from]);
  for (const path of match(walk.files, facts.sources)) {
    walk.add(path, from, kindOf(path) === "cmake" || kindOf(path) === "meson" ? "build" : "source");
  }
  for (const path of match(walk.files, facts.reads, true)) walk.add(path, from, "build");
}

/** @param isExact a path means that path: nothing else is read in its place. */
function match(files: TreeFiles, globs: readonly string[], isExact = false): RepoPath[] {
  const found = new Set<RepoPath>();
  const wild: string[] = [];
  for (const glob of globs) {
    const suffix = suffixOf(glob);
    const exact = files.at(glob);
    if (exact !== null) found.add(exact);
    else if (isPath(glob)) for (const path of isExact ? [] : files.named(glob)) found.add(path);
    else if (suffix !== null) for (const path of files.endingWith(suffix)) found.add(path);
    else wild.push(glob);
  }
  if (wild.length > 0) for (const path of files.matching(wild)) found.add(path);
  return [...found];
}

/** A link whose target a build reads is read on the way. */
function addLinks(walk: Walk): void {
  for (const [path, id] of walk.tree.ids) {
    if (!id.startsWith(LINK) || walk.found.has(path)) continue;
    const target = walk.files.at(path);
    if (target !== null && walk.found.has(target)) walk.found.set(path, walk.found.get(target) ?? null);
  }
}
