import type { Extension, ToolRole } from "../model.ts";
import { COMMON_ENVIRONMENT, packagesFor, pyprojectTablesFor, toolsFor } from "./defaults.ts";
import type { PartialExtension, Place } from "./parse.ts";
import { readProject } from "./project.ts";
import type { Source } from "./sources.ts";
import type { TreeReader } from "./tree-reader.ts";

/** An `[[extension]]` after all files were merged, and for each of its keys the file that had the last word. */
export interface Configured {
  readonly partial: PartialExtension;
  readonly origin: ReadonlyMap<string, Origin>;
}

export interface Origin {
  readonly source: Source;
  readonly place: Place;
}

/** `[[extension]]` tables of all files, merged by name; within one, each key of a later file replaces. */
export function mergeSources(sources: readonly Source[]): Configured[] {
  const merged = new Map<string, Configured>();
  for (const source of sources) {
    for (const [index, partial] of source.config.extensions.entries()) {
      const below = merged.get(partial.name);
      const origin = new Map(below?.origin);
      for (const key of Object.keys(partial)) origin.set(key, { source, place: { extension: index, key } });
      merged.set(partial.name, { partial: { ...below?.partial, ...partial }, origin });
    }
  }
  return [...merged.values()];
}

/**
 * Lays configured extensions over those of the preset. A name that the preset has changes that extension. Any
 * other name is a new one, beside those of a named project (vllm); the single extension that a general preset
 * guessed steps back for it and only fills in the keys that it leaves out.
 */
export function mergeExtensions(
  tree: TreeReader,
  preset: readonly Extension[],
  configured: readonly PartialExtension[],
): Extension[] {
  const isKnown = (name: string): boolean => preset.some((extension) => extension.name === name);
  const guess =
    configured.length > 0 && !configured.some(({ name }) => isKnown(name)) ? preset.find(isGuess) : undefined;
  const kept = preset.filter((extension) => extension !== guess);
  const changed = kept.map((extension) => {
    const partial = configured.find(({ name }) => name === extension.name);
    return partial === undefined ? extension : applyKeys(tree, extension, partial);
  });
  const added = configured.filter(({ name }) => !isKnown(name));
  return [...changed, ...added.map((partial) => applyKeys(tree, guess ?? emptyExtension(tree), partial))];
}

/** Keys that an extension must have and that neither preset nor configuration gave. */
export function missingKeys(extension: Extension): string[] {
  const isEmpty = { inputs: extension.inputs.length === 0, recipe: extension.recipe.length === 0 };
  const noOutputs = extension.outputs.length === 0 && extension.distribution === null;
  return [
    ...Object.entries(isEmpty).flatMap(([key, empty]) => (empty ? [key] : [])),
    ...(noOutputs ? ["outputs"] : []),
  ];
}

function isGuess(extension: Extension): boolean {
  return extension.guessed;
}

function applyKeys(tree: TreeReader, base: Extension, partial: PartialExtension): Extension {
  const inputs = partial.inputs ?? base.inputs;
  const recipe = partial.recipe ?? base.recipe;
  const isRetooled = partial.inputs !== undefined || partial.recipe !== undefined;
  return {
    ...base,
    name: partial.name,
    inputs,
    outputs: partial.outputs ?? base.outputs,
    ...(partial.outputs === undefined ? {} : { configuredOutputs: partial.outputs }),
    buildDirs: partial["build-dirs"] ?? base.buildDirs,
    recipe,
    environment: [...new Set([...base.environment, ...(partial.environment ?? [])])],
    require: partial.require ?? base.require,
    ...(partial.optional === undefined ? {} : { optional: partial.optional }),
    tools: isRetooled ? toolsFor(tree, inputs, backendTools(base, recipe)) : base.tools,
    guessed: base.guessed && partial.inputs === undefined,
  };
}

function emptyExtension(tree: TreeReader): Extension {
  return {
    name: "",
    inputs: [],
    pyprojectTables: pyprojectTablesFor(tree),
    outputs: [],
    distribution: null,
    buildDirs: [],
    recipe: [],
    environment: COMMON_ENVIRONMENT,
    require: [],
    tools: [],
    packages: packagesFor(readProject(tree)),
    guessed: false,
  };
}

/** Tools beside the compilers: those of the preset, and those that the recipe starts by name. */
function backendTools(base: Extension, recipe: Extension["recipe"]): ToolRole[] {
  const programs = new Set(recipe.map(([program = ""]) => program.slice(program.lastIndexOf("/") + 1)));
  return (["cmake", "ninja", "meson"] as const).filter(
    (tool) => base.tools.includes(tool) || programs.has(tool),
  );
}
