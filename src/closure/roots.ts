/** Where a build starts: the build files that its backend reads first. */
import { posix } from "node:path";
import type { RepoPath } from "../model.ts";
import { folderOf, isAside } from "./file-kinds.ts";

/** What the files at the top of a project say about its build. */
export interface Roots {
  /** Build files that something follows from. */
  readonly files: readonly RepoPath[];
  /** Globs of sources that pyproject.toml names. */
  readonly sources: readonly string[];
  /** True when scikit-build-core builds: its CMake sees SKBUILD. */
  readonly isSkbuild: boolean;
  /** Texts in which CMake's switches may be set. */
  readonly settings: readonly string[];
  /** Why nothing is known; null: fine. */
  readonly open: string | null;
}

/** Files at the top that change a build by themselves. */
const SETTINGS: readonly string[] = [
  "pyproject.toml",
  "setup.cfg",
  "CMakePresets.json",
  "meson.options",
  "meson_options.txt",
];

/**
 * @param paths all paths of the tree.
 * @param root the project's folder; empty for the top.
 * @param read texts of files of the tree.
 */
export async function findRoots(
  paths: ReadonlySet<RepoPath>,
  root: RepoPath,
  read: (paths: readonly RepoPath[]) => Promise<ReadonlyMap<RepoPath, string>>,
): Promise<Roots> {
  const at = (name: string): RepoPath => posix.normalize(posix.join(root, name));
  const first = [at("pyproject.toml"), at("setup.py"), ...["CMakePresets.json", "setup.cfg"].map(at)];
  const texts = await read(first.filter((path) => paths.has(path)));
  const project = await readPyproject(texts.get(at("pyproject.toml")) ?? "");
  const setupPy = texts.get(at("setup.py"));
  const has = (name: string): boolean => paths.has(at(name));
  const files: RepoPath[] = SETTINGS.map(at).filter((path) => paths.has(path));
  const starts = files.length;
  const usesSetuptools = project.backend === null || /^setuptools|^skbuild/.test(project.backend);
  const isKnown = usesSetuptools || /^(?:scikit_build_core|mesonpy)\b/.test(project.backend ?? "");
  if (has("setup.py") && (usesSetuptools || !isKnown)) files.push(at("setup.py"));
  if (project.backend?.startsWith("mesonpy") === true || (!isKnown && has("meson.build"))) {
    files.push(at("meson.build"));
  }
  const isSkbuild = project.backend?.startsWith("scikit_build_core") === true;
  if (isSkbuild) files.push(...project.sourceDirs.map((folder) => at(`${folder}/CMakeLists.txt`)));
  // A backend that is not known may run CMake. setup.py says by itself which folder it hands to CMake, if it can.
  else if (!isKnown || setupPy === undefined || /cmake|skbuild/i.test(setupPy.replace(/#.*/g, "")))
    files.push(...topLists(paths, root));
  files.push(...project.scripts.map(at));
  const present = [...new Set(files)].filter((path) => paths.has(path));
  return {
    files: present,
    sources: project.sources.map(at),
    isSkbuild,
    settings: [...texts.values()],
    open:
      present.length === starts && project.sources.length === 0
        ? "no build file at the top names the sources"
        : project.open,
  };
}

/** CMakeLists.txt at the top; without one, those that lie nearest to it. */
function topLists(paths: ReadonlySet<RepoPath>, root: RepoPath): RepoPath[] {
  const top = root === "" ? "CMakeLists.txt" : `${root}/CMakeLists.txt`;
  if (paths.has(top)) return [top];
  const prefix = root === "" ? "" : `${root}/`;
  const lists = [...paths].filter(
    (path) => path.endsWith("/CMakeLists.txt") && path.startsWith(prefix) && !isAside(path, root),
  );
  return lists.filter(
    (path) => !lists.some((other) => other !== path && path.startsWith(`${folderOf(other)}/`)),
  );
}

interface Pyproject {
  /** `build-backend`; null: setuptools, or no pyproject.toml. */
  readonly backend: string | null;
  /** Folders of CMakeLists.txt that scikit-build-core is told of. */
  readonly sourceDirs: readonly string[];
  /** Build scripts: a backend of the tree, poetry's and pdm's scripts, hatch's hooks. */
  readonly scripts: readonly string[];
  /** Sources of `tool.setuptools.ext-modules`. */
  readonly sources: readonly string[];
  readonly open: string | null;
}

async function readPyproject(text: string): Promise<Pyproject> {
  const none = { backend: null, sourceDirs: ["."], scripts: [], sources: [], open: null };
  if (text === "") return none;
  const { parseToml, tableAt } = await import("../config/toml.ts"); // loads a TOML parser
  const toml = parseToml(text);
  if (!toml.ok) return { ...none, open: "pyproject.toml cannot be read" };
  const table = (path: string): Readonly<Record<string, unknown>> => tableAt(toml.table, path) ?? {};
  const system = table("build-system");
  const backend = typeof system["build-backend"] === "string" ? system["build-backend"] : null;
  const folders = strings(system["backend-path"]);
  const module = backend?.split(":")[0]?.replaceAll(".", "/");
  const sourceDirs = valuesOf(table("tool.scikit-build"), /^(?:cmake\.)?source-dir$/);
  const modules = table("tool.setuptools")["ext-modules"];
  return {
    backend,
    sourceDirs: [".", ...sourceDirs],
    scripts: [
      ...folders.flatMap((folder) => [`${folder}/${module}.py`, `${folder}/${module}/__init__.py`]),
      ...strings(table("tool.poetry.build")["script"]),
      ...strings(table("tool.poetry")["build"]),
      ...strings(table("tool.pdm.build")["setup-script"]),
      ...strings(table("tool.pdm")["build"]),
      ...(backend?.startsWith("hatchling") === true
        ? ["hatch_build.py", ...valuesOf(table("tool.hatch"), /^path$/)]
        : []),
      ...(backend?.startsWith("poetry") === true ? ["build.py"] : []),
    ],
    sources: [
      ...valuesOf(modules, /^sources$/),
      ...valuesOf(modules, /^depends$/),
      ...valuesOf(modules, /^include-dirs$/),
    ],
    open: null,
  };
}

/** All strings under keys with a name, however deep. */
function valuesOf(value: unknown, name: RegExp): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) =>
    name.test(key) ? strings(child) : valuesOf(child, name),
  );
}

function strings(value: unknown): string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one) => typeof one === "string");
}
