/** Which programs a build may pick for a role: by variable or recipe, then by the names that build systems try. */
import { statSync } from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import type { ToolRole } from "../model.ts";
import {
  type CMakeLanguage,
  compilerDefinition,
  hostCompilers,
  programOf,
  splitWords,
} from "./command-line.ts";
import type { BuildEnvironment } from "./environment.ts";
import { findProgram, inFolder, isExecutable, type MayRun } from "./search-path.ts";
import { isLauncher } from "./wrapper.ts";

/** What decides which programs a build picks. */
export interface ToolSearch {
  readonly environment: Pick<BuildEnvironment, "variables" | "path">;
  readonly mayRun: MayRun;
  readonly roles: readonly ToolRole[];
  /** True when torch is a package of the build: it hands CC on to nvcc. */
  readonly usesTorch: boolean;
  /** Words of the recipe, and programs that it names by an absolute path. */
  readonly recipe: { readonly words: readonly string[]; readonly programs: readonly string[] };
  /** Compilers that Python itself was built with: distutils starts them where no variable names another. */
  readonly pythons: { readonly cc: string | null; readonly cxx: string | null };
  /** Names that were found, or not: one look asks for the same few again and again. */
  readonly found: Map<string, string | null>;
}

export type ProgramRole = Exclude<ToolRole, "python" | "recipe">;

/**
 * Names that are all counted where they exist: distutils and nvcc start `g++`, CMake and torch `c++`, and an
 * alternatives switch can make them differ. The second list is for systems that have none of the first.
 */
const NAMES: Readonly<Record<ProgramRole, readonly (readonly string[])[]>> = {
  cc: [["gcc", "cc"], ["clang"]],
  cxx: [["g++", "c++"], ["clang++"]],
  nvcc: [["nvcc"]],
  cmake: [["cmake"]],
  ninja: [["ninja"], ["ninja-build"]],
  meson: [["meson"]],
};

/** torch and CMake look here last. */
const CUDA_DEFAULT = "/usr/local/cuda/bin/nvcc";

/** Programs of a role, as found; the first is the one shown to people. Empty: there is none. */
export function findPrograms(role: ProgramRole, search: ToolSearch): string[] {
  const named = locateAll(namedPrograms(role, search), search);
  const always = locateAll(alwaysCounted(role, search), search);
  const found = named.length > 0 || isNamed(role, search) ? named : byName(role, search);
  return [...new Set([...found, ...always])];
}

/** Paths that come before the tools that are there: a program that appears in one of them would be picked. */
export function earlierPrograms(role: ProgramRole, search: ToolSearch): string[] {
  const named = namedPrograms(role, search);
  const isByName = named.length === 0 && !isNamed(role, search);
  const names = [...(isByName ? NAMES[role].flat() : named), ...alwaysCounted(role, search), ...PARTS[role]];
  const homes = role === "nvcc" ? homesOf(search).map((home) => join(home, "bin/nvcc")) : [];
  const searched = names.filter((name) => !name.includes("/")).flatMap((name) => earlierOnPath(name, search));
  return [...searched, ...homes];
}

/** A program by bare name or absolute path, not its compiler cache or version manager where there is more behind. */
export function findBehindLaunchers(
  name: string,
  search: Pick<ToolSearch, "environment" | "mayRun" | "found">,
): string | null {
  const known = search.found.get(name);
  if (known !== undefined) return known;
  const program = findNow(name, search);
  search.found.set(name, program);
  return program;
}

function findNow(name: string, search: Pick<ToolSearch, "environment" | "mayRun">): string | null {
  const { path } = search.environment;
  const isReal = (candidate: string): boolean => search.mayRun(candidate) && !isLauncher(candidate);
  return (
    findProgram(name, path, isReal) ??
    // A launcher's own link by its path, `/usr/lib/ccache/g++`: it starts what has that name on PATH.
    (isAbsolute(name) && isLauncher(name) ? findProgram(basename(name), path, isReal) : null) ??
    findProgram(name, path, search.mayRun)
  );
}

/** Found on PATH by the driver itself. */
const PARTS: Readonly<Record<ProgramRole, readonly string[]>> = {
  cc: ["as", "ld"],
  cxx: ["as", "ld"],
  nvcc: [],
  cmake: [],
  ninja: [],
  meson: [],
};

/** Of a bare name: its places on PATH before the one where it is found. */
export function earlierOnPath(name: string, search: ToolSearch): string[] {
  const found = findBehindLaunchers(name, search);
  const paths = search.environment.path.map((folder) => inFolder(folder, name));
  return found === null ? paths : paths.slice(0, paths.indexOf(found));
}

function byName(role: ProgramRole, search: ToolSearch): string[] {
  for (const names of NAMES[role]) {
    const found = locateAll(names, search);
    if (found.length > 0) return found;
  }
  return role === "nvcc" ? locateAll([CUDA_DEFAULT], search) : [];
}

function locateAll(names: readonly string[], search: ToolSearch): string[] {
  return names.map((name) => findBehindLaunchers(name, search)).filter((path) => path !== null);
}

/** True when a variable settles the role, so that the names on PATH do not count even where it names nothing. */
function isNamed(role: ProgramRole, { environment: { variables } }: ToolSearch): boolean {
  if (role === "cc") return commandProgram(variables["CC"]).length > 0;
  if (role === "cxx") return commandProgram(variables["CXX"]).length > 0;
  return role === "nvcc" && commandProgram(variables["CUDACXX"]).length > 0;
}

/** Programs that variables name in place of the usual names. nvcc: every one that exists, see below. */
function namedPrograms(role: ProgramRole, search: ToolSearch): string[] {
  const { variables } = search.environment;
  const defined = definitionsOf(search);
  if (role === "cc") return [...defined("C"), ...commandProgram(variables["CC"])];
  if (role === "cxx") return [...defined("CXX"), ...commandProgram(variables["CXX"])];
  if (role !== "nvcc") return [];
  const explicit = [...defined("CUDA"), ...commandProgram(variables["CUDACXX"])];
  const inHomes = homesOf(search)
    .map((home) => join(home, "bin/nvcc"))
    .filter(isExecutable);
  // CMake knows CUDACXX and PATH, torch CUDA_HOME: without the first, CMake's choice is not that of CUDA_HOME.
  const onPath =
    explicit.length === 0 && inHomes.length > 0 && search.roles.includes("cmake") ? ["nvcc"] : [];
  return [...explicit, ...inHomes, ...onPath];
}

function homesOf({ environment: { variables } }: ToolSearch): string[] {
  return [variables["CUDA_HOME"], variables["CUDA_PATH"], variables["CUDAToolkit_ROOT"]].filter(
    (home) => home !== undefined,
  );
}

/** What counts whatever the variables of the role say: programs of the recipe, Python's own compiler, nvcc's host. */
function alwaysCounted(role: ProgramRole, search: ToolSearch): string[] {
  const { variables } = search.environment;
  const ofRecipe = search.recipe.programs.filter((program) => roleOfProgram(basename(program)) === role);
  switch (role) {
    case "cc": {
      const linker = commandProgram(variables["LDSHARED"]);
      const own = isNamed(role, search) ? [] : commandProgram(search.pythons.cc ?? undefined);
      return [...ofRecipe, ...linker, ...own];
    }
    case "cxx": {
      const own = isNamed(role, search) ? [] : commandProgram(search.pythons.cxx ?? undefined);
      return [...ofRecipe, ...own, ...(search.roles.includes("nvcc") ? hostsOfNvcc(search) : [])];
    }
    case "nvcc":
    case "cmake":
    case "ninja":
    case "meson":
      return ofRecipe;
    default:
      return role satisfies never;
  }
}

/**
 * nvcc's host compilers. It takes what it is told, else `gcc` and `g++` on PATH, even when CXX names another:
 * torch tells it CC, CMake what CUDAHOSTCXX says, and NVCC_CCBIN and `-ccbin` hold for every caller.
 */
function hostsOfNvcc(search: ToolSearch): string[] {
  const { variables } = search.environment;
  const flags = ["NVCC_PREPEND_FLAGS", "NVCC_APPEND_FLAGS", "CUDAFLAGS", "TORCH_NVCC_FLAGS"].map(
    (name) => variables[name],
  );
  const told = [
    ...commandProgram(variables["NVCC_CCBIN"]),
    ...flags.slice(0, 2).flatMap((value) => hostCompilers(splitWords(value ?? ""))),
  ];
  const usesCMake = search.roles.includes("cmake");
  const byCaller = [
    ...commandProgram(variables["CUDAHOSTCXX"]),
    ...definitionsOf(search)("CUDA_HOST"),
    ...flags.slice(2).flatMap((value) => hostCompilers(splitWords(value ?? ""))),
  ];
  const isCcHandedOn = search.usesTorch && !usesCMake && isNamed("cc", search);
  const isSettled = told.length > 0 || (usesCMake && byCaller.length > 0) || isCcHandedOn;
  const named = [...told, ...byCaller].flatMap((name) =>
    isFolder(name) ? [join(name, "g++"), join(name, "gcc")] : [name],
  );
  return isSettled ? named : [...named, "g++", "gcc"];
}

/** Compilers that `-DCMAKE_CXX_COMPILER=` and the like name, in the recipe or in CMAKE_ARGS. */
function definitionsOf(search: ToolSearch): (language: CMakeLanguage) => string[] {
  const { variables } = search.environment;
  const words = [...search.recipe.words, ...splitWords(variables["CMAKE_ARGS"] ?? "")];
  const found = words.map(compilerDefinition).filter((one) => one !== null);
  return (language) => found.filter((one) => one.language === language).map((one) => one.program);
}

/** Role of a program by its name, with any target in front and version behind: `x86_64-conda-linux-gnu-g++`. */
export function roleOfProgram(name: string): ProgramRole | null {
  const [, plain = ""] =
    /^(?:[\w.]+-)*?(gcc|cc|clang|g\+\+|c\+\+|clang\+\+|nvcc|cmake|ninja|meson)(?:-[\d.]+)?$/.exec(name) ?? [];
  if (plain === "") return null;
  if (plain === "nvcc" || plain === "cmake" || plain === "ninja" || plain === "meson") return plain;
  return plain.endsWith("++") ? "cxx" : "cc";
}

/** CC may hold arguments or a launcher: `ccache gcc -m64`. */
function commandProgram(value: string | undefined): string[] {
  if (value === undefined) return [];
  const program = isExecutable(value) ? value : programOf(splitWords(value));
  return program === null ? [] : [program];
}

function isFolder(path: string): boolean {
  return isAbsolute(path) && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}
