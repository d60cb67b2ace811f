import { existsSync } from "node:fs";
import type { Interpreter, Tool, Toolchain, ToolRole } from "../model.ts";
import { observeBuildTool } from "./build-tool.ts";
import { observeContentTool } from "./compiler-tool.ts";
import { childEnvironment, type BuildEnvironment } from "./environment.ts";
import { observePackages } from "./packages.ts";
import { currentInterpreter, observePython } from "./python-tool.ts";
import { recipeNames } from "./recipe-programs.ts";
import type { MayRun } from "./search-path.ts";
import { pythonCompilers } from "./sysconfig-data.ts";
import { toolFileReader, type ToolFileReader } from "./tool-files.ts";
import {
  earlierOnPath,
  earlierPrograms,
  findBehindLaunchers,
  findPrograms,
  roleOfProgram,
  type ProgramRole,
  type ToolSearch,
} from "./tool-programs.ts";
import { nameOfPath } from "./command-line.ts";
import { followWrappers } from "./wrapper.ts";

export interface ToolchainRequest {
  readonly environment: BuildEnvironment;
  readonly interpreter: Interpreter | null;
  readonly roles: readonly ToolRole[];
  /** Distributions whose content counts; never the project's own. */
  readonly packages: readonly string[];
  /** argv lists whose programs count; a path is taken from `top`. */
  readonly recipe?: readonly (readonly string[])[];
  readonly top?: string;
  /** As observed before: what has not moved is not read again, and no process starts. */
  readonly previous: Toolchain | null;
  /** Refuses tracked files; see `untrackedOnly`. */
  readonly mayRun?: MayRun;
}

/** Everything outside the repository that can change the outputs, as it is now. */
export async function observeToolchain(request: ToolchainRequest): Promise<Toolchain> {
  const { environment, previous } = request;
  const read = toolFileReader(
    [...(previous?.tools ?? []), ...(previous?.packages ?? [])].flatMap(({ files }) => files),
  );
  const before = (role: ToolRole): Tool | null => previous?.tools.find((tool) => tool.role === role) ?? null;
  // Where Python is no part of the toolchain, its record is only the way to its packages.
  const interpreter = request.roles.includes("python")
    ? await currentInterpreter(request.interpreter, before("python"), read)
    : request.interpreter;
  const search = searchOf(request, interpreter);
  const tools: Tool[] = [];
  for (const role of new Set(request.roles)) {
    if (role === "recipe") continue;
    tools.push(
      role === "python"
        ? await observePython(interpreter, before(role), read)
        : await observeTool({ role, environment, search, read, before: before(role) }),
    );
  }
  const others = otherPrograms(search);
  if (others.length > 0) {
    tools.push(
      await observeNamed({ programs: others, environment, search, read, before: before("recipe") }, "recipe"),
    );
  }
  const packages = await observePackages({
    names: request.packages,
    sitePackages: interpreter?.sitePackages ?? [],
    previous: previous?.packages ?? [],
    read,
  });
  return { tools, packages, variables: environment.variables };
}

/** Paths for the fast answer that must stay absent: a program there would be picked instead. */
export function toolchainAbsences(request: Omit<ToolchainRequest, "previous">): string[] {
  return placesBefore(request).filter((path) => !existsSync(path));
}

/** Files for the fast answer that come before the programs found and are not taken: they may become executable. */
export function toolchainRivals(request: Omit<ToolchainRequest, "previous">): string[] {
  return placesBefore(request).filter((path) => existsSync(path));
}

/** Where each program that was looked for on PATH, those of the recipe and of wrappers included, would be found instead. */
function placesBefore(request: Omit<ToolchainRequest, "previous">): string[] {
  const search = searchOf(request, request.interpreter);
  const roles = [...new Set(request.roles)].filter((role) => role !== "python" && role !== "recipe");
  const programs = [...roles.flatMap((role) => findPrograms(role, search)), ...otherPrograms(search)];
  for (const program of programs) chainOf(program, search); // notes the names that it looks for
  const names = [...search.found.keys()].filter((name) => !name.includes("/"));
  const places = [
    ...roles.flatMap((role) => earlierPrograms(role, search)),
    ...names.flatMap((name) => earlierOnPath(name, search)),
  ];
  return [...new Set(places)].sort();
}

function searchOf(request: Omit<ToolchainRequest, "previous">, interpreter: Interpreter | null): ToolSearch {
  const { environment } = request;
  const mayRun = request.mayRun ?? ((): boolean => true);
  const found = new Map<string, string | null>();
  const recipe = recipeNames(request.recipe ?? [], {
    top: request.top ?? "/",
    find: (name) => findBehindLaunchers(name, { environment, mayRun, found }),
    interpreter: interpreter?.path ?? null,
  });
  const usesTorch = request.packages.includes("torch");
  return {
    environment,
    mayRun,
    roles: request.roles,
    usesTorch,
    recipe,
    pythons: pythonCompilers(interpreter),
    found,
  };
}

/** Programs of the recipe that no role looks at. */
function otherPrograms(search: ToolSearch): string[] {
  return search.recipe.programs.filter((program) => {
    const role = roleOfProgram(nameOfPath(program));
    return role === null || !search.roles.includes(role);
  });
}

interface ToolRequest {
  readonly environment: BuildEnvironment;
  readonly search: ToolSearch;
  readonly read: ToolFileReader;
  readonly before: Tool | null;
}

async function observeTool(request: ToolRequest & { readonly role: ProgramRole }): Promise<Tool> {
  const { role, search } = request;
  const programs = findPrograms(role, search);
  if (programs.length === 0) return { role, path: null, files: [], version: "", identity: "" };
  return observeNamed({ ...request, programs }, role);
}

async function observeNamed(
  request: ToolRequest & { readonly programs: readonly string[] },
  role: ProgramRole | "recipe",
): Promise<Tool> {
  const { environment, search, read, before } = request;
  const chains = request.programs.map((program) => chainOf(program, search));
  const child = (): NodeJS.ProcessEnv => childEnvironment(environment, probeBase());
  if (role === "cmake" || role === "ninja" || role === "meson") {
    return observeBuildTool({ role, chains, before, read, child });
  }
  return observeContentTool({ role, chains, before, read, environment, child });
}

/** A program and all that it hands its arguments to. */
function chainOf(program: string, search: ToolSearch): readonly [string, ...string[]] {
  const find = (name: string): string | null => findBehindLaunchers(name, search);
  const [, ...rest] = followWrappers(program, { find, variables: search.environment.variables });
  return [program, ...rest];
}

/** Answers are parsed, so they must not be translated. */
function probeBase(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: "C" };
}
