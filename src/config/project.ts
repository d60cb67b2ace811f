import type { PathSet } from "../git/path-set.ts";
import type { RepoPath } from "../model.ts";
import { setupKeyword } from "./setup-py.ts";
import { parseToml, tableAt } from "./toml.ts";
import type { TreeReader } from "./tree-reader.ts";

/** What the build files of a repository say about it, read once; the material that presets decide on. */
export interface Project {
  readonly files: PathSet;
  /** Top module of `build-backend`: `setuptools`, `scikit_build_core`, `mesonpy`; null when none is named. */
  readonly backend: string | null;
  /** Normalised names of `[build-system].requires`. */
  readonly requires: readonly string[];
  /** Name of the distribution that the project installs as, or null when no file says it plainly. */
  readonly distribution: string | null;
  /** What a preset calls the project's only extension. */
  readonly extensionName: string;
  readonly setupPy: string;
  /** setup.py and all CMake files: what is searched for mentions of torch, pybind11... */
  readonly buildText: string;
  readonly cmakeText: string;
  /** A table of pyproject.toml, or null. */
  table(path: string): Readonly<Record<string, unknown>> | null;
}

/** Facts of the project whose build files lie at the top of `tree`. */
export function readProject(tree: TreeReader): Project {
  const known = cache.get(tree);
  if (known !== undefined) return known;
  const project = read(tree);
  cache.set(tree, project);
  return project;
}

/** Name of a distribution as pip compares it (PEP 503). */
export function normalizeName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

const cache = new WeakMap<TreeReader, Project>();

function read(tree: TreeReader): Project {
  const paths = tree.paths();
  const files: PathSet = { has: (path) => tree.has(path), [Symbol.iterator]: () => paths[Symbol.iterator]() };
  const toml = parseToml(tree.read("pyproject.toml") ?? "");
  const document = toml.ok ? toml.table : {};
  const table = (path: string): Readonly<Record<string, unknown>> | null => tableAt(document, path);
  const system = table("build-system");
  const backend = system?.["build-backend"];
  const setupPy = tree.read("setup.py") ?? "";
  const distribution =
    stringOr(table("project")?.["name"]) ?? setupCfgName(tree) ?? setupKeyword(setupPy, "name");
  const cmakeText = paths
    .filter(isCMakeFile)
    .slice(0, MOST_CMAKE_FILES)
    .map((path) => tree.read(path) ?? "")
    .join("\n");
  return {
    files,
    backend: typeof backend === "string" ? (backend.split(/[.:]/)[0] ?? null) : null,
    requires: requirementNames(system?.["requires"]),
    distribution,
    extensionName:
      distribution !== null && /^[A-Za-z0-9][\w.-]{0,63}$/.test(distribution) ? distribution : "native",
    setupPy,
    cmakeText,
    buildText: `${setupPy}\n${cmakeText}`,
    table,
  };
}

/** Files whose text `readProject` reads, where they are there. */
export function projectFiles(paths: readonly RepoPath[]): RepoPath[] {
  return [...TOP_FILES, ...paths.filter(isCMakeFile).slice(0, MOST_CMAKE_FILES)];
}

const TOP_FILES: readonly RepoPath[] = ["pyproject.toml", "setup.py", "setup.cfg"];
const MOST_CMAKE_FILES = 200;

function isCMakeFile(path: RepoPath): boolean {
  if (path.endsWith(".cmake")) return true;
  return path.endsWith("CMakeLists.txt") && (path.length === 14 || path.at(-15) === "/");
}

function requirementNames(requires: unknown): string[] {
  if (!Array.isArray(requires)) return [];
  const names = requires.map((each) =>
    typeof each === "string" ? /^[A-Za-z0-9][\w.-]*/.exec(each.trim())?.[0] : undefined,
  );
  return names.filter((name) => name !== undefined).map(normalizeName);
}

function setupCfgName(tree: TreeReader): string | null {
  const metadata =
    /^\[metadata\]\s*$([\s\S]*?)(?=^\[|$(?![\s\S]))/m.exec(tree.read("setup.cfg") ?? "")?.[1] ?? "";
  return /^name\s*=\s*(\S+)\s*$/m.exec(metadata)?.[1] ?? null;
}

function stringOr(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
