/** Compilers and other programs that count by their content, with all that is behind them. */
import { basename, dirname } from "node:path";
import { crypto } from "../late-modules.ts";
import type { Tool, ToolFile } from "../model.ts";
import { splitWords } from "./command-line.ts";
import { askNvcc, toolkitFiles, toolkitOf } from "./cuda-toolkit.ts";
import type { BuildEnvironment } from "./environment.ts";
import { findProgram } from "./search-path.ts";
import { compilerParts } from "./sub-tools.ts";
import { areUnmoved, identityOf, readAll, type ToolFileReader } from "./tool-files.ts";
import type { ProgramRole } from "./tool-programs.ts";
import { toolVersion } from "./tool-version.ts";
import { readScript } from "./wrapper.ts";

type ContentRole = Extract<ProgramRole, "cc" | "cxx" | "nvcc"> | "recipe";

export interface ContentToolRequest {
  readonly role: ContentRole;
  /** Each program of the role with what it hands its arguments to; the first is shown to people. */
  readonly chains: readonly (readonly [string, ...string[]])[];
  readonly before: Tool | null;
  readonly read: ToolFileReader;
  readonly environment: BuildEnvironment;
  /** Environment of a question; made when there is one. */
  readonly child: () => NodeJS.ProcessEnv;
}

/** A tool by the contents of its programs, in the order in which a build would pick them. */
export async function observeContentTool(request: ContentToolRequest): Promise<Tool> {
  const { role, before, chains } = request;
  const [shown = ""] = chains[0] ?? [];
  const parts: Record<string, readonly string[]> = {};
  const files = new Map<string, ToolFile>();
  const read: { drivers: readonly ToolFile[]; own: readonly ToolFile[] }[] = [];
  for (const chain of chains) {
    const drivers = await readAll(request.read, chain);
    const key = questionOf(chain[0], request);
    const known = before?.parts?.[key];
    const paths =
      known !== undefined && areKnown(drivers, before) ? known : await askParts(chain[0], request);
    const own = await readAll(
      request.read,
      paths.map((path) => onPathNow(path, request.environment.path)),
    );
    if (role !== "recipe") parts[key] = paths;
    read.push({ drivers, own });
    for (const file of [...drivers, ...own]) files.set(file.path, file);
  }
  const all = [...files.values()];
  if (before !== null && areUnmoved(before.files, all) && areSameParts(before.parts, parts))
    return { ...before, role, path: shown, files: all };
  const identities = [
    ...new Set(read.map(({ drivers, own }) => identityOf([...countedDrivers(drivers, own), ...own]))),
  ];
  const identity = crypto().createHash("sha256").update(JSON.stringify(identities)).digest("hex");
  const version = before?.identity === identity ? before.version : await versionOf(request, shown, all);
  return { role, path: shown, files: all, version, identity, ...(role === "recipe" ? {} : { parts }) };
}

function areSameParts(before: Tool["parts"] = {}, now: NonNullable<Tool["parts"]>): boolean {
  return JSON.stringify(before) === JSON.stringify(now);
}

/**
 * gcc and g++ are two small drivers of one compiler, and nvcc starts the one or the other: where the compiler proper
 * is known, it counts, and of the drivers only wrappers do.
 */
function countedDrivers(drivers: readonly ToolFile[], parts: readonly ToolFile[]): ToolFile[] {
  const isKnown = parts.some((file) => /^cc1(?:plus)?$/.test(basename(file.path)));
  return drivers.filter((file) => !isKnown || readScript(file.path) !== null);
}

/** A program of the recipe is not asked: nobody knows what it does when it is started. */
async function versionOf(
  request: ContentToolRequest,
  shown: string,
  files: readonly ToolFile[],
): Promise<string> {
  return request.role === "recipe" ? "" : toolVersion(request.role, shown, files, request.child());
}

/** The driver as the build calls it, wrappers included, and the linkers that flags name: each has parts of its own. */
function questionOf(program: string, { environment }: ContentToolRequest): string {
  return [program, ...linkersOf(environment.variables)].join(" ");
}

function areKnown(drivers: readonly ToolFile[], before: Tool | null): boolean {
  const known = new Map(before?.files.map((file) => [file.path, file.sha256]));
  return drivers.every((file) => known.get(file.path) === file.sha256);
}

async function askParts(program: string, request: ContentToolRequest): Promise<readonly string[]> {
  const { role, child, environment } = request;
  if (role === "recipe") return [];
  const question = {
    environment: child(),
    path: environment.path,
    linkers: linkersOf(environment.variables),
  };
  if (role !== "nvcc") return compilerParts({ ...question, driver: program, language: role });
  const answer = await askNvcc(program, question.environment, environment.path);
  const host = answer?.host ?? null;
  return [
    ...toolkitFiles(answer?.toolkit ?? toolkitOf(lastOfChain(program, request))),
    ...(host === null
      ? []
      : [host, ...(await compilerParts({ ...question, driver: host, language: "cxx" }))]),
  ];
}

/** Where nvcc does not answer, its toolkit is the folder that the last program of its chain lies in. */
function lastOfChain(program: string, { chains }: ContentToolRequest): string {
  return chains.find(([first]) => first === program)?.at(-1) ?? program;
}

/** `-fuse-ld=mold` in the flags that reach a link. */
function linkersOf(variables: Readonly<Record<string, string>>): string[] {
  const words = ["LDFLAGS", "CFLAGS", "CXXFLAGS", "CMAKE_ARGS"].flatMap((name) =>
    splitWords(variables[name] ?? ""),
  );
  const named = words
    .map((word) => /-fuse-ld=([\w.-]+)/.exec(word)?.[1])
    .filter((name) => name !== undefined);
  return [...new Set(named)];
}

/** `as` and `ld` are mostly found on PATH by the driver, so another one further in front is the one now. */
function onPathNow(part: string, path: readonly string[]): string {
  const isOnPath = path.includes(dirname(part));
  return (isOnPath ? findProgram(basename(part), path) : null) ?? part;
}
