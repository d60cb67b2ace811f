/** What a meson.build says of other files. */
import type { RepoPath } from "../model.ts";
import type { BuildFileFacts } from "./facts.ts";
import { MesonPaths } from "./meson-paths.ts";
import {
  childValues,
  type MesonArgument,
  type MesonStatement,
  type MesonValue,
  readMesonSyntax,
} from "./meson-syntax.ts";
import { unlessUnreadable } from "./not-readable.ts";
import { folderOf, namesSource, patternGlobs, UNKNOWN, withParents } from "./path-pattern.ts";

/**
 * Reads a meson.build without running it: every branch counts, and what another file binds is a wildcard.
 * `sources` holds
 * - what is handed to targets, generators, `configure_file`, `files`, `fs.read` and the like: sources, templates,
 *   scripts, whatever their suffix;
 * - lists of sources and headers that a file binds for others to use;
 * - include directories as plain paths, and the wrap files of subprojects, which pin their versions.
 *
 * What is only installed (`install_data`, `py.install_sources`, ...) and tests are none of it.
 */
export function readMeson(text: string, path: RepoPath): BuildFileFacts {
  const facts = unlessUnreadable(() => {
    const statements = readMesonSyntax(text);
    return statements && readStatements(statements, path);
  });
  return facts ?? { sources: [], reads: [], open: `${path} cannot be read` };
}

function readStatements(statements: readonly MesonStatement[], path: RepoPath): BuildFileFacts {
  const own = folderOf(path);
  const paths = new MesonPaths(statements);
  const globs = (patterns: readonly string[], bases: readonly RepoPath[] = [own]): string[] =>
    patterns.flatMap((pattern) => patternGlobs(pattern, own, bases));
  const calls = statements.flatMap(({ value }) => callsIn(value));
  const tops = withParents(own);
  const built = calls.filter(isBuild).flatMap((call) => handedOver(call));
  const isInstalled = onlyInstalled(statements, calls);
  const sources = [
    ...globs(statements.flatMap((one) => filesNamed(one, isInstalled, paths))),
    ...globs(boundSources(statements, isInstalled, paths)),
    ...globs(calls.flatMap((call) => includeFolders(call, paths))),
    ...globs(calls.flatMap(wrapFiles), tops),
    ...(calls.some(({ name, of }) => of === null && name === "project")
      ? globs(["meson.options", "meson_options.txt"])
      : []),
  ];
  const reads = [
    ...globs(calls.filter(named("subdir")).flatMap((call) => folders(call, paths))),
    ...globs(
      calls.filter(named("subproject")).flatMap((call) => folders(call, paths, "subprojects/")),
      tops,
    ),
  ];
  const isOpen = built.some((value) => paths.comesFromProgram(value));
  return {
    sources: [...new Set(sources)].sort(),
    reads: [...new Set(reads)].sort(),
    open: isOpen ? `${path}: a program that runs at setup names sources` : null,
  };
}

type Call = MesonValue & { readonly kind: "call" };

/** Calls in a value, but nothing that is only installed or tested. */
function callsIn(value: MesonValue): Call[] {
  if (value.kind === "call" && NOT_BUILT.test(value.name)) return [];
  const inner = childValues(value).flatMap(callsIn);
  return value.kind === "call" ? [value, ...inner] : inner;
}

const NOT_BUILT =
  /^(?:install_\w+|test|benchmark|add_test_setup|message|warning|error|summary|assert|add_\w+_arguments)$/;
const BUILD =
  /^(?:extension_module|library|(?:shared|static|both)_(?:library|libraries|module)|shared_module|executable|jar|build_target|custom_target|run_target|generator|process|configure_file|vcs_tag|files|structured_sources|declare_dependency|find_program|run_command|read|hash|copyfile|preprocess|add_postconf_script|add_dist_script|add_install_script|compile_resources)$/;

function isBuild({ name, of }: Call): boolean {
  return BUILD.test(name) && !(name === "find_program" && of !== null);
}

/** Arguments that can be files: all without a name, and those whose name says so. */
function handedOver({ name, args }: Call): MesonValue[] {
  const isTarget = !/^(?:files|process|generator|find_program|run_command|read|hash|copyfile)$/.test(name);
  return args
    .filter((arg, at) =>
      arg.name === null ? !(isTarget && at === 0 && namesTarget(arg)) : FILES.has(arg.name),
    )
    .map(({ value }) => value);
}

/** The first argument of a target is its name, unless it is a list. */
function namesTarget({ value }: MesonArgument): boolean {
  return value.kind !== "list" && value.kind !== "call";
}

const FILES: ReadonlySet<string> = new Set(
  "sources objects input command depend_files depends link_depends extra_files c_pch cpp_pch vs_module_defs version_script structured_sources".split(
    " ",
  ),
);

function isFile(pattern: string): boolean {
  return /\.[\w+]+$/.test(pattern) && !/[\s;<>|$=]/.test(pattern) && !pattern.startsWith("-");
}

/**
 * Files that the calls of a statement hand to the build. A Python file that is copied, or that is in a list which this
 * file only installs, is no script: nothing runs it.
 */
function filesNamed(
  statement: MesonStatement,
  isInstalled: (name: string) => boolean,
  paths: MesonPaths,
): string[] {
  return callsIn(statement.value)
    .filter(isBuild)
    .flatMap((call) => {
      const files = handedOver(call)
        .flatMap((one) => paths.read(one))
        .filter(isFile);
      const isData =
        call.name === "copyfile" ||
        (call.name === "files" && statement.kind === "bind" && isInstalled(statement.name));
      return isData ? files.filter((file) => !file.endsWith(".py")) : files;
    });
}

/** Whether all uses of a name in this file are installing or testing; false where there is none: another may build of it. */
function onlyInstalled(
  statements: readonly MesonStatement[],
  calls: readonly Call[],
): (name: string) => boolean {
  const everywhere = new Set(statements.flatMap(({ value }) => namesIn(value)));
  const built = new Set(
    [...calls.flatMap(({ args }) => args), ...statements.filter(({ kind }) => kind === "bind")].flatMap(
      ({ value }) => namesIn(value),
    ),
  );
  return (name) => everywhere.has(name) && !built.has(name);
}

/** Names that look like sources in lists that this file binds, unless all that uses them is installing or testing. */
function boundSources(
  statements: readonly MesonStatement[],
  isInstalled: (name: string) => boolean,
  paths: MesonPaths,
): string[] {
  return statements
    .filter((one) => one.kind === "bind" && !isInstalled(one.name))
    .filter(({ value }) => value.kind !== "call" || !NOT_BUILT.test(value.name))
    .flatMap(({ value }) => paths.read(value))
    .filter(namesSource);
}

function namesIn(value: MesonValue): string[] {
  return value.kind === "name" ? [value.text] : childValues(value).flatMap(namesIn);
}

function includeFolders({ name, of, args }: Call, paths: MesonPaths): string[] {
  const values =
    name === "include_directories" && of === null
      ? args.filter((arg) => arg.name === null)
      : args.filter((arg) => arg.name === "include_directories");
  return values
    .flatMap(({ value }) => paths.read(value))
    .filter((pattern) => !pattern.includes(UNKNOWN) && !/^[./]*$/.test(pattern));
}

function named(name: string): (call: Call) => boolean {
  return (call) => call.of === null && call.name === name;
}

function folders({ args }: Call, paths: MesonPaths, prefix = ""): string[] {
  const [first] = args;
  if (first === undefined) return [];
  return paths.read(first.value).map((pattern) => `${prefix}${pattern}/meson.build`);
}

/** A dependency may come from any wrap that provides it. */
function wrapFiles({ name, of }: Call): string[] {
  return of === null && /^(?:dependency|subproject)$/.test(name)
    ? ["subprojects/*.wrap", "subprojects/packagefiles/**"]
    : [];
}
