/** What a setup.py, a module that it imports or a build backend of the tree says of other files. */
import { pruneSetup } from "../fingerprint/parts/python-prune.ts";
import { isPackagingKeyword } from "../fingerprint/parts/setup-keywords.ts";
import type { RepoPath } from "../model.ts";
import type { BuildFileFacts } from "./facts.ts";
import { unlessUnreadable } from "./not-readable.ts";
import { folderOf, namesSource, patternGlobs, UNKNOWN, withParents } from "./path-pattern.ts";
import { importedModules } from "./python-imports.ts";
import { listedFolders } from "./python-listing.ts";
import { bindNames, calleeName } from "./python-names.ts";
import { PathReader } from "./python-paths.ts";
import { readPython } from "./python-module.ts";
import { filesRead, scriptsRun } from "./python-runs.ts";
import type { Argument, Expression, Statement } from "./python-syntax.ts";
import { allExpressions, childExpressions, topExpressions } from "./python-walk.ts";

/**
 * Reads a build script without running it. `sources` holds
 * - every path in it that is named like a source, header or template, wherever it stands and however it is put
 *   together; globs as they are;
 * - folders given as `include_dirs`, as plain paths, so that a submodule in which they lie is known to be used;
 * - files that it reads for something else than the package's metadata (a VERSION file that becomes a macro).
 *
 * A module of the tree counts where it is imported or run, but one that only tells the version counts only where
 * what it binds is used. A path is taken from the script's folder, and for a helper module, which runs from
 * somewhere above, from each folder above it as well.
 */
export function readSetupPy(text: string, path: RepoPath): BuildFileFacts {
  const facts = unlessUnreadable(() => {
    const statements = readPython(text);
    // A version that only the metadata takes, or a README, is no input, nor is a file that holds the name too.
    const kept = statements && pruneSetup(statements, (one) => one === "name" || isPackagingKeyword(one));
    return statements && readBuildScript(kept ?? statements, text, path);
  });
  return facts ?? { sources: [], reads: [], open: `${path} cannot be read` };
}

function readBuildScript(statements: readonly Statement[], text: string, path: RepoPath): BuildFileFacts {
  const own = folderOf(path);
  const bases = /(?:^|\/)setup\.py$/.test(path) ? [own] : withParents(own);
  const bound = bindNames(statements);
  const paths = new PathReader(bound, path.slice(path.lastIndexOf("/") + 1));
  const globs = (patterns: readonly string[]): string[] =>
    patterns.flatMap((pattern) => patternGlobs(pattern, own, bases));
  const expressions = allExpressions(statements);
  const listed = listedFolders(statements, paths);
  const sources = [
    ...statements.flatMap((one) => mentions(one, paths)).filter(namesSource),
    ...expressions.flatMap((one) => includeFolders(one, paths)),
    ...listed.patterns.filter(namesSource),
    ...filesRead(statements, paths),
  ];
  const reads = [
    ...importedModules(statements, paths),
    ...scriptsRun(statements, paths),
    ...statements.flatMap((one) => cffiModules(one, paths)),
    ...(/cmake|skbuild/i.test(text) ? cmakeFolders(statements, paths) : []),
  ];
  const computed = expressions.some((one) => hasComputedSources(one, paths));
  const open = listed.open ?? (computed ? "the sources of an extension are computed" : null);
  return {
    sources: distinct(globs(sources.flatMap(withOrigins))),
    reads: distinct(globs(reads)).filter((glob) => glob !== path),
    open: open === null ? null : `${path}: ${open}`,
  };
}

/** All paths that stand in a statement, each as far as it is put together there. */
function mentions(statement: Statement, paths: PathReader): string[] {
  return topExpressions([statement]).flatMap((one) => mentionsIn(one, paths));
}

function mentionsIn(value: Expression, paths: PathReader): readonly string[] {
  if (isPath(value)) return paths.read(value);
  if (value.kind === "call") {
    if (/^find_(?:namespace_)?packages$/.test(calleeName(value.callee))) return [];
    const args = value.args.filter(({ name }) => name === null || !INSTALLED.has(name));
    return [value.callee, ...args.map((arg) => arg.value)].flatMap((one) => mentionsIn(one, paths));
  }
  return childExpressions(value).flatMap((one) => mentionsIn(one, paths));
}

/** Arguments of setup() that name what is installed beside the extensions: no compiler reads that. */
const INSTALLED: ReadonlySet<string> = new Set([
  "classifiers",
  "data_files",
  "exclude",
  "exclude_package_data",
  "headers",
  "install_requires",
  "license_files",
  "package_data",
  "packages",
]);

/** Text, or something that makes a path of its parts: the parts are no paths of their own. */
function isPath(value: Expression): boolean {
  if (value.kind === "call") return MAKERS.has(calleeName(value.callee));
  if (value.kind === "operation") return /^[+/%]$/.test(value.operator) && !holdsList(value);
  return value.kind === "format" || (value.kind === "string" && !value.isBytes);
}

const MAKERS: ReadonlySet<string> = new Set(
  "join joinpath glob iglob rglob format with_suffix with_name replace".split(" "),
);

function holdsList(value: Expression): boolean {
  return (
    value.kind === "display" ||
    value.kind === "comprehension" ||
    (value.kind === "operation" && value.operands.some((one) => one !== null && holdsList(one)))
  );
}

function includeFolders(value: Expression, paths: PathReader): string[] {
  if (value.kind !== "call") return [];
  return value.args
    .filter(({ name }) => name === "include_dirs")
    .flatMap((arg) => paths.read(arg.value))
    .filter((pattern) => !pattern.includes(UNKNOWN) && !/^[./]*$/.test(pattern));
}

/** A source and what it may be made from before the script runs: `a.pyx` of `a.c`, and templates of both. */
function withOrigins(pattern: string): string[] {
  const made = /\.(?:c|cc|cpp|cxx)$/.test(pattern) ? [pattern, pattern.replace(/\.\w+$/, ".pyx")] : [pattern];
  return namesSource(pattern) && !pattern.endsWith(".in") ? made.flatMap((one) => [one, `${one}.in`]) : made;
}

/** `path/build.py:ffi`, as cffi takes it: the file is run. */
function cffiModules(statement: Statement, paths: PathReader): string[] {
  return mentions(statement, paths).flatMap((pattern) => /^(.+\.py):\w+$/.exec(pattern)?.[1] ?? []);
}

/** Folders that may hold a CMake project: any path without a suffix, where the script speaks of CMake. */
function cmakeFolders(statements: readonly Statement[], paths: PathReader): string[] {
  const folders = statements
    .flatMap((one) => mentions(one, paths))
    .filter((pattern) => FOLDER.test(pattern) && !/^[A-Z_\d]+$|[^/.]\.\w+$/.test(pattern));
  return [".", ...folders].map((folder) => `${folder}/CMakeLists.txt`);
}

/** A folder below a known or a computed one. */
const FOLDER = /^(?:[\u{F0000}\u{F0001}]\/)?(?:\.{1,2}\/)*[A-Za-z_][\w+-]*(?:\/[\w.+-]+)*\/?$/u;

/** True for an `Extension(...)` of which a source or a dependency may be any file. */
function hasComputedSources(value: Expression, paths: PathReader): boolean {
  if (value.kind !== "call" || !calleeName(value.callee).endsWith("Extension")) return false;
  return sourceArguments(value.args)
    .flatMap((one) => paths.read(one))
    .some((pattern) => pattern.endsWith(UNKNOWN));
}

function sourceArguments(args: readonly Argument[]): Expression[] {
  const named = args.filter(({ name, star }) => name === "sources" || name === "depends" || star !== "");
  const second = args.filter(({ name, star }) => name === null && star === "")[1];
  return [...named, ...(second === undefined ? [] : [second])].map(({ value }) => value);
}

function distinct(globs: readonly string[]): string[] {
  return [...new Set(globs)].sort();
}
