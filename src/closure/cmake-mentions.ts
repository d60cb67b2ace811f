/** Which paths one CMake command hands to the build. */
import type { RepoPath } from "../model.ts";
import { toGlobs } from "./cmake-paths.ts";
import type { CMakeCommand } from "./cmake-tokens.ts";
import { expandAll, expandArgument, type Scope, UNKNOWN } from "./cmake-values.ts";
import { baseName, looksLikeSource, SCRIPT } from "./file-kinds.ts";

/** Globs over repository paths. */
export interface Mentions {
  readonly sources: Set<string>;
  readonly reads: Set<string>;
}

/**
 * Adds what a command names. Any argument of any command counts that looks like a source, since wrappers hide what
 * hands it to the compiler.
 * @param folder what relative paths start from; null: unknown.
 */
export function addMentions(
  command: CMakeCommand,
  scope: Scope,
  folder: RepoPath | null,
  mentions: Mentions,
): void {
  const { name, args } = command;
  if (SILENT.test(name)) return;
  if (name === "add_subdirectory") {
    // `${pybind11_SOURCE_DIR}` is what was fetched; one of the tree is seen where it is declared.
    const isFetched = /^\$\{\w+_SOURCE_DIR\}$/i.test(args[0]?.text ?? "");
    for (const value of expandAll(args.slice(0, 1), scope)) {
      if (value !== UNKNOWN) addFolder(value, folder, mentions);
      else if (!isFetched) mentions.reads.add("**/CMakeLists.txt");
    }
  } else if (name === "include") addModules(expandAll(args.slice(0, 1), scope), folder, mentions);
  else if (name === "find_package") addPackage(args[0]?.text ?? "", mentions);
  else if (name === "file") addFile(command, scope, folder, mentions);
  else if (name === "aux_source_directory") {
    for (const value of expandAll(args.slice(0, 1), scope)) addAll(mentions.sources, `${value}/*`, folder);
  } else addArguments(command, scope, folder, mentions);
}

/** Commands whose arguments reach no compiler: messages, what is installed, tests that are run. */
const SILENT =
  /^(?:message|install|install_\w+|source_group|add_test|set_tests_properties|export|enable_testing|project|cmake_minimum_required|cmake_policy|mark_as_advanced|configure_package_config_file|write_basic_package_version_file|include_guard|return|if|elseif|else|endif|\w+_discover_tests|cmake_print_variables|option|doxygen_add_docs|cmake_dependent_option)$/;

/** Commands that run programs, or make one file from another: all that they are given counts. */
const RUNS =
  /^(?:add_custom_command|add_custom_target|execute_process|exec_program|configure_file|try_compile|try_run)$/;

/** What drives a build of its own in the folder that it is started in. */
const BUILDERS = /^(?:g?make|ninja|configure|cargo|scons|bazel|bash|sh|meson|\.\/\S+)$|\.sh$/;

const NO_SOURCE =
  /^(?:LICEN[CS]E|README|COPYING|NOTICE|CHANGE|AUTHORS)|\.(?:md|rst|so|a|dylib|dll|lib|o|pyd)$/i;

function addArguments(
  { name, args }: CMakeCommand,
  scope: Scope,
  folder: RepoPath | null,
  mentions: Mentions,
): void {
  const runs = RUNS.test(name);
  const words = args.map((arg) => expandArgument(arg, scope));
  words.forEach((values, at) => {
    for (const value of values) {
      for (const piece of [value, ...inner(value)]) addPiece(piece, name, runs, folder, mentions);
      const keyword = args[at - 1]?.text;
      if (keyword === "SOURCE_DIR") {
        addFolder(value, folder, mentions);
        if (name.startsWith("externalproject")) addAll(mentions.sources, `${value}/**/*`, folder);
      }
      if (keyword === "-m" && runs) addModule(value, mentions);
      if (keyword === "WORKING_DIRECTORY" && runs && words.flat().some((word) => BUILDERS.test(word))) {
        for (const glob of toGlobs(value, folder)) if (glob !== "") mentions.sources.add(`${glob}/**/*`);
      }
    }
  });
  if (/cython|pyx/.test(name)) {
    for (const value of words.flat())
      if (/^\w+$/.test(value)) addAll(mentions.sources, `${value}.pyx`, folder);
  }
}

/** `-I../include`, `-DHEADER="a.h"`, `"a.cpp b.cpp"`: parts of an argument that may be paths. */
function inner(value: string): string[] {
  if (!/[\s=,"']|^-/.test(value)) return [];
  return value
    .split(/[\s=,"']+/)
    .map((part) => part.replace(/^-(?:I|isystem|include|L|T)?/, ""))
    .filter((part) => part !== "" && part !== value);
}

function addPiece(
  value: string,
  command: string,
  runs: boolean,
  folder: RepoPath | null,
  mentions: Mentions,
): void {
  const base = baseName(value);
  // Many Python files at once are copied for import; a generator is named.
  if (extensionOf(base) === "py" && /[*?]/.test(value)) return;
  if (value.startsWith("-") || base === UNKNOWN || /[\s"']/.test(value)) return;
  const extension = extensionOf(base);
  if (base === "CMakeLists.txt" || extension === "cmake" || base.endsWith(".cmake.in")) {
    addAll(mentions.reads, value, folder);
  } else if (looksLikeSource(base) || (SCRIPT.has(extension) && (runs || !isOwnPython(command, base)))) {
    addAll(mentions.sources, value, folder, joinsText(command));
  } else if (runs && base.includes(".") && !NO_SOURCE.test(base)) addAll(mentions.sources, value, folder);
  else if (value.includes("/") && !/[*?]/.test(value)) {
    // A folder: nothing in the tree has that path, but a submodule may lie there.
    for (const glob of toGlobs(value, folder)) if (!glob.includes("*")) mentions.sources.add(glob);
  }
}

function extensionOf(name: string): string {
  return name.split(".").at(-1)?.toLowerCase() ?? "";
}

/** Python files in lists are mostly what is installed; one that runs is seen where it runs. */
function isOwnPython(command: string, base: string): boolean {
  return base === "__init__.py" || /^(?:target_|set_|add_library|python_install)/.test(command);
}

/** `string(APPEND path "_impl.cpp")` names any file that ends so. */
function joinsText(command: string): boolean {
  return command === "string";
}

function addFile(command: CMakeCommand, scope: Scope, folder: RepoPath | null, mentions: Mentions): void {
  const mode = command.args[0]?.text ?? "";
  if (mode.startsWith("GLOB")) {
    const skipped = new Set<number>();
    command.args.forEach(({ text }, at) => {
      if (text === "RELATIVE" || text === "LIST_DIRECTORIES") skipped.add(at).add(at + 1);
      if (text === "CONFIGURE_DEPENDS" || text === "FOLLOW_SYMLINKS") skipped.add(at);
    });
    const patterns = command.args.filter((_, at) => at > 1 && !skipped.has(at));
    for (const value of expandAll(patterns, scope)) {
      if (/\.(?:py|pyi|md|rst|txt|json)$/.test(value)) continue;
      const deep =
        mode === "GLOB_RECURSE" ? value.replace(/\/?([^/]*)$/, (_, last: string) => `/**/${last}`) : value;
      addAll(
        mentions.sources,
        deep.startsWith("/**") && !value.startsWith("/") ? deep.slice(1) : deep,
        folder,
      );
    }
  } else if (/^(?:READ|STRINGS|MD5|SHA\w+|COPY|COPY_FILE|CREATE_LINK|GENERATE|CONFIGURE)$/.test(mode)) {
    for (const value of expandAll(command.args.slice(1), scope))
      addPiece(value, "configure_file", true, folder, mentions);
  }
}

function addFolder(value: string, folder: RepoPath | null, mentions: Mentions): void {
  for (const glob of toGlobs(value, folder)) {
    mentions.reads.add(glob === "" ? "CMakeLists.txt" : `${glob}/CMakeLists.txt`);
    if (glob !== "" && !glob.includes("*")) mentions.sources.add(glob);
  }
}

/** `include(Name)` looks through CMAKE_MODULE_PATH, which may be any folder. */
function addModules(values: readonly string[], folder: RepoPath | null, mentions: Mentions): void {
  for (const value of values) {
    if (/^[\w.+-]+$/.test(value) && !value.endsWith(".cmake")) mentions.reads.add(`**/${value}.cmake`);
    else addAll(mentions.reads, value, folder);
  }
}

function addPackage(name: string, mentions: Mentions): void {
  if (!/^[\w.+-]+$/.test(name)) return;
  for (const file of [`Find${name}`, `${name}Config`, `${name.toLowerCase()}-config`]) {
    mentions.reads.add(`**/${file}.cmake`);
  }
}

/** `python -m tools.generate`. */
function addModule(value: string, mentions: Mentions): void {
  const path = value.replaceAll(".", "/");
  if (/^[\w/]+$/.test(path)) mentions.sources.add(`**/${path}.py`).add(`**/${path}/__main__.py`);
}

function addAll(globs: Set<string>, value: string, folder: RepoPath | null, isEnd = false): void {
  for (const glob of toGlobs(isEnd ? UNKNOWN + value : value, folder)) if (glob !== "") globs.add(glob);
}
