import { dirname } from "node:path";
import type { Interpreter, Tool, ToolFile, Toolchain, ToolRole } from "../model.ts";
import { metadataOfScript } from "./distributions.ts";
import { childEnvironment, type BuildEnvironment } from "./environment.ts";
import { observePackages } from "./packages.ts";
import { currentInterpreter, observePython } from "./python-tool.ts";
import { findProgram, realOf, type MayRun } from "./search-path.ts";
import { compilerParts, cudaParts } from "./sub-tools.ts";
import { identityOf, readAll, toolFileReader, type ToolFileReader } from "./tool-files.ts";
import { absentPrograms, findBehindLaunchers, findPrograms, type ToolSearch } from "./tool-programs.ts";
import { toolVersion } from "./tool-version.ts";
import { followWrappers, readScript } from "./wrapper.ts";

export interface ToolchainRequest {
  readonly environment: BuildEnvironment;
  readonly interpreter: Interpreter | null;
  readonly roles: readonly ToolRole[];
  /** Distributions whose content counts; never the project's own. */
  readonly packages: readonly string[];
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
  const interpreter = await currentInterpreter(request.interpreter, before("python"), read);
  const search: ToolSearch = { environment, mayRun: request.mayRun ?? (() => true) };
  const tools: Tool[] = [];
  for (const role of new Set(request.roles)) {
    tools.push(
      role === "python"
        ? await observePython(interpreter, read)
        : await observeTool({ role, environment, search, read, before: before(role) }),
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
export function toolchainAbsences(
  request: Pick<ToolchainRequest, "environment" | "roles" | "mayRun">,
): string[] {
  const search: ToolSearch = { environment: request.environment, mayRun: request.mayRun ?? (() => true) };
  const roles = [...new Set(request.roles)].filter((role) => role !== "python");
  return [...new Set(roles.flatMap((role) => absentPrograms(role, search)))].sort();
}

interface ToolRequest {
  readonly role: Exclude<ToolRole, "python">;
  readonly environment: BuildEnvironment;
  readonly search: ToolSearch;
  readonly read: ToolFileReader;
  readonly before: Tool | null;
}

async function observeTool(request: ToolRequest): Promise<Tool> {
  const { role, environment, search, read, before } = request;
  const programs = findPrograms(role, search);
  const [shown] = programs;
  if (shown === undefined) return { role, path: null, files: [], version: "", identity: "" };
  const chain = [...new Set(programs.flatMap((program) => chainOf(program, request)))];
  const drivers = await readAll(read, chain);
  const parts = await readParts(request, chain, drivers);
  const files = [...drivers, ...parts];
  const identity = identityOf(files);
  const version =
    before?.identity === identity
      ? before.version
      : await toolVersion(role, shown, files, childEnvironment(environment, probeBase()));
  return { role, path: shown, files, version, identity };
}

/** A program and all that it hands its arguments to. A wheel's Python launcher says what it is by its metadata. */
function chainOf(program: string, { role, environment, search }: ToolRequest): string[] {
  const find = (name: string): string | null => findBehindLaunchers(name, search);
  const chain = followWrappers(program, { find, variables: environment.variables });
  const isPythonScript = /^#!.*python/.test(readScript(program) ?? "");
  const metadata = isPythonScript ? metadataOfScript(program, role) : null;
  return metadata === null ? chain : [...chain, metadata];
}

/** Sub-tools. A compiler driver is asked for them only when it is not the one of the last time. */
async function readParts(request: ToolRequest, chain: string[], drivers: ToolFile[]): Promise<ToolFile[]> {
  const { role, environment, read, before } = request;
  if (role === "nvcc") return readAll(read, chain.flatMap(cudaParts));
  if (role !== "cc" && role !== "cxx") return [];
  const known = before?.files ?? [];
  const isSame = drivers.every(
    (file, at) => known[at]?.path === file.path && known[at].sha256 === file.sha256,
  );
  if (isSame && known.length >= drivers.length) {
    const paths = known.slice(drivers.length).map((file) => onPathNow(file.path, environment.path));
    const parts = await readAll(read, paths);
    if (parts.length === new Set(paths).size) return parts;
  }
  const programs = chain.filter((path) => readScript(path) === null);
  // A wrapper that could not be read through still passes the question on.
  const asked = new Map((programs.length > 0 ? programs : chain).map((path) => [realOf(path), path]));
  const child = childEnvironment(environment, probeBase());
  const answers = await Promise.all(
    [...asked.values()].map((driver) => compilerParts(driver, role, child, environment.path)),
  );
  return readAll(read, answers.flat());
}

/** `as` and `ld` are mostly found on PATH by the driver, so another one further in front is the one now. */
function onPathNow(part: string, path: readonly string[]): string {
  const isOnPath = path.includes(dirname(part));
  return (isOnPath ? findProgram(part.slice(dirname(part).length + 1), path) : null) ?? part;
}

/** Answers are parsed, so they must not be translated. */
function probeBase(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: "C" };
}
