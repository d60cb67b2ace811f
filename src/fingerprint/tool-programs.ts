/** Which programs a build may pick for a role: by variable, then by the names that build systems try. */
import { existsSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { ToolRole } from "../model.ts";
import type { BuildEnvironment } from "./environment.ts";
import { findProgram, isExecutable, type MayRun } from "./search-path.ts";
import { isLauncher, programOf, splitWords } from "./wrapper.ts";

export interface ToolSearch {
  readonly environment: Pick<BuildEnvironment, "variables" | "path">;
  readonly mayRun: MayRun;
}

type ProgramRole = Exclude<ToolRole, "python">;

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
  const named = namedByVariables(role, search.environment.variables);
  const host = role === "cxx" ? hostOfNvcc(search.environment.variables) : [];
  const found = named.length > 0 ? locateAll(named, search) : byName(role, search);
  return [...new Set([...found, ...locateAll(host, search)])];
}

/** Paths where a file that appears would be picked before the tools that are there: they must stay absent. */
export function absentPrograms(role: ProgramRole, search: ToolSearch): string[] {
  if (namedByVariables(role, search.environment.variables).some(isAbsolute)) return [];
  return NAMES[role].flat().flatMap((name) => {
    const found = findBehindLaunchers(name, search);
    const paths = search.environment.path.map((folder) => join(folder, name));
    const before = found === null ? paths : paths.slice(0, paths.indexOf(found));
    return before.filter((path) => !existsSync(path));
  });
}

/** A program by bare name or absolute path, not its compiler cache or version manager where there is more behind. */
export function findBehindLaunchers(name: string, search: ToolSearch): string | null {
  const { path } = search.environment;
  return (
    findProgram(name, path, (candidate) => search.mayRun(candidate) && !isLauncher(candidate)) ??
    findProgram(name, path, search.mayRun)
  );
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

/** Programs that variables name. nvcc: every one that exists, as CMake reads the first and torch the others. */
function namedByVariables(role: ProgramRole, variables: Readonly<Record<string, string>>): string[] {
  if (role === "cc") return commandProgram(variables["CC"]);
  if (role === "cxx") return commandProgram(variables["CXX"]);
  if (role !== "nvcc") return [];
  const homes = [variables["CUDA_HOME"], variables["CUDA_PATH"]].filter((home) => home !== undefined);
  const inHomes = homes.map((home) => join(home, "bin/nvcc")).filter(isExecutable);
  return [...commandProgram(variables["CUDACXX"]), ...inHomes];
}

/** nvcc's host compiler; NVCC_CCBIN may name its folder. */
function hostOfNvcc(variables: Readonly<Record<string, string>>): string[] {
  const names = [variables["CUDAHOSTCXX"], variables["NVCC_CCBIN"]].flatMap(commandProgram);
  return names.map((name) => (isFolder(name) ? join(name, "g++") : name));
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
