/** Compiler caches that a build would start: by variable, definition, place on PATH, or because the project looks for them. */
import { basename } from "node:path";
import { LAUNCHERS, splitWords } from "../fingerprint/command-line.ts";
import { findProgram, realOf } from "../fingerprint/search-path.ts";
import { mayRunHere, variableOf } from "./ask-program.ts";
import type { DoctorContext } from "./finding.ts";
import { kindOfRecipe } from "./recipe-kind.ts";

export interface Launcher {
  readonly name: string;
  /** For people: `CC=ccache gcc`. */
  readonly place: string;
  /** The program; null: there is none of that name. */
  readonly program: string | null;
  /** Compilers are certain to be started through it. */
  readonly isCertain: boolean;
}

/** Each launcher once, by the place that is looked at first. */
export function findLaunchers(context: DoctorContext): Launcher[] {
  const all = [
    ...inCommands(context),
    ...inDefinitions(context),
    ...onPath(context),
    ...inBuildFiles(context),
  ];
  return all.filter(
    (one, at) => all.findIndex((other) => other.name === one.name && other.program === one.program) === at,
  );
}

/** `CC="ccache gcc"`. */
function inCommands(context: DoctorContext): Launcher[] {
  return ["CC", "CXX"].flatMap((variable) => {
    const value = context.variables[variable] ?? "";
    const [name = ""] = splitWords(value);
    if (!LAUNCHERS.has(basename(name))) return [];
    return [launcher(context, name, `${variable}=${value}`, kindOfRecipe(context.extension.recipe).isKnown)];
  });
}

/** CMake takes them from a definition, else from a variable. A list: the first is started. */
function inDefinitions(context: DoctorContext): Launcher[] {
  const { extension, variables } = context;
  const usesCMake = extension.tools.includes("cmake") || kindOfRecipe(extension.recipe).runsCMake;
  if (!usesCMake) return [];
  const words = [...extension.recipe.flat(), ...splitWords(variables["CMAKE_ARGS"] ?? "")];
  return ["C", "CXX", "CUDA"].flatMap((language) => {
    const variable = `CMAKE_${language}_COMPILER_LAUNCHER`;
    const defined = words.map((word) => new RegExp(`^-D${variable}(?::\\w+)?=(.*)$`).exec(word)?.[1]);
    const value = defined.findLast((one) => one !== undefined) ?? variableOf(context, variable) ?? "";
    const name = value.split(";")[0] ?? "";
    // A setup.py that starts CMake need not hand on what it is told.
    const isCertain = kindOfRecipe(extension.recipe).runsCMake;
    return name === "" ? [] : [launcher(context, name, `${variable}=${value}`, isCertain)];
  });
}

/** `/usr/lib/ccache` in front of PATH: links with the compilers' names. */
function onPath(context: DoctorContext): Launcher[] {
  const { variables, extension } = context;
  const names = [
    ...(variables["CC"] === undefined ? ["gcc", "cc"] : []),
    ...(variables["CXX"] === undefined ? ["g++", "c++"] : []),
  ];
  return names.flatMap((compiler) => {
    const link = findProgram(compiler, context.path, mayRunHere(context));
    const program = link === null ? "" : realOf(link);
    const name = basename(program);
    if (link === null || !LAUNCHERS.has(name)) return [];
    const { isKnown } = kindOfRecipe(extension.recipe);
    return [{ name, place: `${link} is a link to it`, program, isCertain: isKnown }];
  });
}

/** vLLM's setup.py takes sccache, else ccache, where it finds one. */
function inBuildFiles(context: DoctorContext): Launcher[] {
  for (const name of ["sccache", "ccache"]) {
    const program = findProgram(name, context.path, mayRunHere(context));
    const file = ["setup.py", "CMakeLists.txt"].find((one) =>
      new RegExp(`\\b${name}\\b`).test(context.readTree(one) ?? ""),
    );
    if (program !== null && file !== undefined)
      return [{ name, place: `${file} looks for it`, program, isCertain: false }];
  }
  return [];
}

function launcher(context: DoctorContext, name: string, place: string, isCertain: boolean): Launcher {
  const program = findProgram(name, context.path, mayRunHere(context));
  return { name: basename(name), place, program, isCertain };
}
