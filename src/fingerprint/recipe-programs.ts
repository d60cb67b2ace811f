import { basename, isAbsolute, resolve } from "node:path";
import { LAUNCHERS, splitWords } from "./command-line.ts";
import { isExecutable, realOf } from "./search-path.ts";

/** What a recipe names beside what each build has. */
export interface RecipeNames {
  /** Every word of it, those of a `sh -c` text taken apart. */
  readonly words: readonly string[];
  /** Absolute paths of programs: steps of the recipe that are found, and what their arguments name by a whole path. */
  readonly programs: readonly string[];
}

/** Programs that run others and leave no trace in what these make, and installers: what those build with is looked at. */
const CARRIERS: ReadonlySet<string> = new Set(
  "env sh bash dash zsh make gmake pip pip3 uv git nice time timeout true rm mkdir cp mv touch".split(" "),
);

/**
 * Programs that a recipe names: `/opt/tools/generate`, or the compiler of `-DCMAKE_CXX_COMPILER=/opt/gcc/bin/g++`.
 * @param find a bare name on the recorded PATH.
 * @param interpreter the recorded one, which is a tool by itself.
 */
export function recipeNames(
  recipe: readonly (readonly string[])[],
  context: {
    readonly top: string;
    readonly find: (name: string) => string | null;
    readonly interpreter: string | null;
  },
): RecipeNames {
  const words = recipe.flat().flatMap((word) => (/\s/.test(word) ? splitWords(word) : [word]));
  const steps = recipe.flatMap(([name = ""]) => {
    if (name === "" || /^python[\d.]*$/.test(name)) return [];
    const program = name.includes("/") ? resolve(context.top, name) : context.find(name);
    return program === null || !isExecutable(program) ? [] : [program];
  });
  const own = context.interpreter === null ? null : realOf(context.interpreter);
  const named = words
    .flatMap((word) => [word, word.slice(word.indexOf("=") + 1)])
    .filter((path) => isAbsolute(path) && isExecutable(path));
  const programs = [...new Set([...steps, ...named])].filter(
    (path) => !isCarrier(path) && realOf(path) !== own,
  );
  return { words, programs };
}

function isCarrier(path: string): boolean {
  return CARRIERS.has(basename(path)) || LAUNCHERS.has(basename(path));
}
