/** By which names build files compile a source into a library: what `TORCH_EXTENSION_NAME` stands for there. */
import { type CMakeCommand, readCommands } from "../../closure/cmake-tokens.ts";
import { folderOf } from "../../closure/file-kinds.ts";
import type { RepoPath } from "../../model.ts";

/** `names` of libraries that files of the tree are compiled into, the file's own path as key. */
export type TargetNames = ReadonlyMap<RepoPath, readonly string[]>;

/** A library and what its build file lists as its sources. */
export interface Target {
  readonly name: string;
  readonly sources: readonly RepoPath[];
}

/** `define_extension_target(`, `pybind11_add_module(`, `Python_add_library(`, `add_library(`... */
const DEFINES_TARGET = /(?:extension_target|add_module|add_library|add_extension|extension_module)$/;

const SOURCE = /\.(?:cpp|cc|cxx|cu|c)$/;

/** Targets of a CMake file. A variable is all that the file ever puts into it, whatever the conditions. */
export function cmakeTargets(path: RepoPath, text: string): Target[] {
  if (!/\.(?:cpp|cc|cxx|cu|c)\b/.test(text)) return [];
  const commands = readCommands(text);
  const variables = readVariables(commands);
  const folder = folderOf(path);
  return commands.flatMap(({ name, args }) => {
    const [target, ...rest] = args.map((arg) => arg.text);
    if (!DEFINES_TARGET.test(name) || target === undefined || !/^\w+$/.test(target)) return [];
    const files = rest.flatMap((word) => expand(word, variables, new Set()));
    if (!files.some((file) => SOURCE.test(file))) return [];
    return [{ name: target, sources: [...new Set(files.flatMap((file) => placesOf(file, folder)))] }];
  });
}

/** Extensions that a setup.py names literally, with the sources that stand there. */
export function setupTargets(path: RepoPath, text: string): Target[] {
  const folder = folderOf(path);
  const found: Target[] = [];
  const call = /\b\w*Extension\(\s*(?:name\s*=\s*)?["']([\w.]+)["']/g;
  const starts = [...text.matchAll(call)];
  for (const [at, match] of starts.entries()) {
    const body = text.slice(match.index, starts[at + 1]?.index ?? text.length);
    const name = (match[1] ?? "").split(".").at(-1) ?? "";
    const sources = [...body.matchAll(/["']([\w./-]+\.(?:cpp|cc|cxx|cu|c|pyx))["']/g)].map(
      ([, file = ""]) => file,
    );
    // without sources it may be a folder that is copied in; then its name must look like that of a library
    if (sources.length === 0 && !name.startsWith("_")) continue;
    found.push({ name, sources: [...new Set(sources.flatMap((file) => placesOf(file, folder)))] });
  }
  return found;
}

/** Names by file. */
export function namesByFile(targets: readonly Target[]): TargetNames {
  const names = new Map<RepoPath, string[]>();
  for (const { name, sources } of targets) {
    for (const path of sources) {
      const known = names.get(path) ?? [];
      if (!known.includes(name)) names.set(path, [...known, name]);
    }
  }
  return names;
}

function readVariables(commands: readonly CMakeCommand[]): Map<string, string[]> {
  const variables = new Map<string, string[]>();
  for (const { name, args } of commands) {
    const words = args.map((arg) => arg.text);
    const isAppend = name === "list" && /^(?:APPEND|PREPEND)$/.test(words[0] ?? "");
    if (name !== "set" && !isAppend) continue;
    const [variable = "", ...values] = isAppend ? words.slice(1) : words;
    variables.set(variable, [...(variables.get(variable) ?? []), ...values]);
  }
  return variables;
}

/** @param seen variables that stand for their values already: many are extended by themselves. */
function expand(
  word: string,
  variables: ReadonlyMap<string, readonly string[]>,
  seen: Set<string>,
): string[] {
  const name = /^\$\{(\w+)\}$/.exec(word)?.[1];
  if (name === undefined) return word.split(";");
  if (seen.has(name)) return [];
  seen.add(name);
  return (variables.get(name) ?? []).flatMap((value) => expand(value, variables, seen));
}

/** A source is given from the build file's folder, which stands at the top of another's for an included file. */
function placesOf(file: string, folder: string): RepoPath[] {
  const plain = file.replace(/^\$\{(?:CMAKE_CURRENT_SOURCE_DIR|CMAKE_SOURCE_DIR|PROJECT_SOURCE_DIR)\}\//, "");
  if (!SOURCE.test(plain) || !/^\w[\w./+-]*$/.test(plain)) return [];
  return folder === "" ? [plain] : [`${folder}/${plain}`, plain];
}

/** Targets as they came from a file; null where one is not a target. */
export function parseTargets(value: unknown): readonly Target[] | null {
  if (!Array.isArray(value)) return null;
  const targets = value.map((one: unknown): Target | null => {
    if (typeof one !== "object" || one === null) return null;
    const { name, sources }: Record<string, unknown> = { ...one };
    if (typeof name !== "string" || !Array.isArray(sources)) return null;
    return { name, sources: sources.filter((path): path is string => typeof path === "string") };
  });
  return targets.every((target) => target !== null) ? targets : null;
}
