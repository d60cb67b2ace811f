/** What all tracked files of the work tree say of native names: which are registered, and which are used. */
import { baseName, isAside, kindOf } from "../../closure/file-kinds.ts";
import { fullPath, rawId } from "../../git/content-id.ts";
import { readTexts } from "../../git/work-tree-text.ts";
import type { IndexEntry, TrackedFiles } from "../../git/work-tree.ts";
import type { RepoPath, Workspace } from "../../model.ts";
import { readUses, type Use } from "./callers.ts";
import { readCythonNames } from "./cython-names.ts";
import { OWN_NAME, readRegistrations, type Registration } from "./registrations.ts";
import { readScanCache, writeScanCache } from "./scan-cache.ts";
import { cmakeTargets, setupTargets, type Target } from "./target-names.ts";

export interface TreeScan {
  readonly registrations: ReadonlyMap<RepoPath, readonly Registration[]>;
  readonly targets: readonly Target[];
  readonly uses: ReadonlyMap<RepoPath, readonly Use[]>;
  /** Tracked Python files, tests and the like included. */
  readonly python: readonly RepoPath[];
  /** Why callers are not known; null: they are. */
  readonly noCallers: string | null;
}

/** Of what `callers.py` tells of a text; what an earlier one told is not taken up. */
const READER = "reader-2";

const READ = /\.(?:pyx|c|cc|cpp|cxx|cu|cuh|h|hh|hpp|hxx|inl|inc|py|cmake)$|(?:^|\/)CMakeLists\.txt$/;
const NATIVE = /\.(?:pyx|c|cc|cpp|cxx|cu|cuh|h|hh|hpp|hxx|inl|inc)$/;
/** Run by tools, and no part of what is imported. */
const NO_CALLER = /(?:^|\/)(?:setup|conftest|noxfile|test_[^/]*|[^/]*_test)\.py$/;

/**
 * Scans the tracked files. Nothing of the project runs: Python text is parsed by the interpreter, and only what no earlier
 * scan has seen. Tests, benchmarks, examples and documents need nothing of a build.
 * @param python interpreter to parse with; null: there is none, so callers stay unknown.
 */
export async function scanTree(ws: Workspace, tree: TrackedFiles, python: string | null): Promise<TreeScan> {
  const files = tree.entries.filter(
    ({ path, mode }) => READ.test(path) && mode.startsWith("100") && !isAside(path, ""),
  );
  const before = readScanCache(ws.stateDir);
  const build = await identify(ws.top, tree, files.filter(isBuildFile));
  const targetsOf = await readTargets(ws.top, build, before.targets);
  const targets = [...targetsOf.values()].flat();
  const native = await identify(
    ws.top,
    tree,
    files.filter(({ path }) => NATIVE.test(path)),
  );
  const registrations = await readSources(ws.top, native, before.registrations);
  const modules = moduleNames(registrations, targets);
  const spaces = operatorSpaces(registrations.values(), targets);
  const asked = [READER, ...modules, ...spaces].join(" ");
  const known = before.asked === asked ? before.uses : new Map<string, readonly Use[]>();
  const sources = files.filter(({ path }) => path.endsWith(".py") && !NO_CALLER.test(path));
  const ids = registrations.size === 0 ? [] : await identify(ws.top, tree, sources);
  const uses = await readCallers(ws.top, ids, known, { modules, spaces }, python);
  if (registrations.size > 0 && uses !== null && (registrations.isNew || uses.isNew)) {
    writeScanCache(ws.stateDir, {
      asked,
      targets: new Map(build.map(({ path, id }) => [`${id ?? ""} ${path}`, targetsOf.get(path) ?? []])),
      registrations: byId(native, registrations),
      uses: byId(ids, uses),
    });
  }
  return {
    registrations,
    targets,
    uses: uses ?? new Map(),
    python: tree.entries.filter(({ path }) => path.endsWith(".py")).map(({ path }) => path),
    noCallers:
      uses !== null ? null : python === null ? "there is no Python here" : `${python} gave no answer`,
  };
}

/** A file and the id of its content; null where it has none. */
interface Identified {
  readonly path: RepoPath;
  readonly id: string | null;
}

/** What was read, by path; `isNew` where an earlier scan did not know it. */
class Read<T> extends Map<RepoPath, readonly T[]> {
  isNew = false;
}

/** Native names that callers are looked for of. */
interface Asked {
  readonly modules: readonly string[];
  readonly spaces: readonly string[];
}

async function identify(
  top: string,
  tree: TrackedFiles,
  entries: readonly IndexEntry[],
): Promise<Identified[]> {
  const found: Identified[] = [];
  for (const entry of entries) {
    const { path, oid, flagged } = entry;
    const isClean = !flagged && !tree.isDirty(entry);
    const id = isClean ? oid : await rawId(fullPath(top, path), oid.length === 64 ? "sha256" : "sha1");
    found.push({ path, id });
  }
  return found;
}

async function readSources(
  top: string,
  files: readonly Identified[],
  known: ReadonlyMap<string, readonly Registration[]>,
): Promise<Read<Registration>> {
  const read = new Read<Registration>();
  const fresh = files.filter(({ id }) => id === null || !known.has(id)).map(({ path }) => path);
  const texts = await readTexts(top, fresh);
  for (const { path, id } of files) {
    const text = texts.get(path);
    const found = text === undefined ? known.get(id ?? "") : readNames(path, text);
    if (found !== undefined && found.length > 0) read.set(path, found);
  }
  read.isNew = fresh.length > 0;
  return read;
}

function readNames(path: RepoPath, text: string): Registration[] {
  return path.endsWith(".pyx") ? readCythonNames(text) : readRegistrations(text);
}

async function readCallers(
  top: string,
  files: readonly Identified[],
  known: ReadonlyMap<string, readonly Use[]>,
  asked: Asked,
  python: string | null,
): Promise<Read<Use> | null> {
  const read = new Read<Use>();
  for (const { path, id } of files) {
    const found = known.get(id ?? "");
    if (found !== undefined && found.length > 0) read.set(path, found);
  }
  const fresh = files.filter(({ id }) => id === null || !known.has(id)).map(({ path }) => path);
  const texts = [...(await readTexts(top, fresh))].filter(([, text]) => mayUse(text, asked));
  if (texts.length > 0 && python === null) return null;
  const found =
    python === null
      ? []
      : await readUses(
          python,
          asked.modules,
          texts.map(([, text]) => text),
        );
  if (found === null) return null;
  for (const [at, [path]] of texts.entries()) {
    const uses = found[at] ?? [];
    if (uses.length > 0) read.set(path, uses);
  }
  read.isNew = fresh.length > 0;
  return read;
}

/** Cheap, since nearly all files name nothing native: then their grammar is not asked. */
function mayUse(text: string, { modules, spaces }: Asked): boolean {
  if (text.includes("from torch import")) return true;
  if (text.includes("torch.ops")) {
    for (const [, space = ""] of text.matchAll(/\btorch\.ops\b(?:\.(\w+))?/g))
      if (space === "" || space.endsWith("_C") || spaces.includes(space)) return true;
  }
  const named = modules.filter((module) => text.includes(module));
  return named.length > 0 && new RegExp(`(?<!torch\\.)\\b(?:${named.join("|")})\\b`).test(text);
}

function isBuildFile({ path }: IndexEntry): boolean {
  return kindOf(path) === "cmake" || baseName(path) === "setup.py";
}

async function readTargets(
  top: string,
  files: readonly Identified[],
  known: ReadonlyMap<string, readonly Target[]>,
): Promise<Map<RepoPath, readonly Target[]>> {
  const found = new Map<RepoPath, readonly Target[]>();
  const unknown: RepoPath[] = [];
  for (const { path, id } of files) {
    const targets = id === null ? undefined : known.get(`${id} ${path}`);
    if (targets === undefined) unknown.push(path);
    else found.set(path, targets);
  }
  for (const [path, text] of await readTexts(top, unknown))
    found.set(path, path.endsWith(".py") ? setupTargets(path, text) : cmakeTargets(path, text));
  return found;
}

/** Last parts of the names of native modules, sorted. */
function moduleNames(
  found: ReadonlyMap<RepoPath, readonly Registration[]>,
  targets: readonly Target[],
): string[] {
  const names = targets.map(({ name }) => name);
  for (const [path, registrations] of found) {
    if (path.endsWith(".pyx")) names.push(baseName(path.replace(/(?:\/__init__)?\.pyx$/, "")));
    for (const { kind, space } of registrations) if (kind === "module" && space !== null) names.push(space);
  }
  return [...new Set(names)].filter((name) => /^\w+$/.test(name)).sort();
}

/** All namespaces that operators can be in, sorted: which library a source is part of does not matter yet. */
function operatorSpaces(found: Iterable<readonly Registration[]>, targets: readonly Target[]): string[] {
  const spaces = new Set<string>();
  for (const { kind, space } of [...found].flat()) {
    if (kind !== "operator" || space === null) continue;
    if (!space.includes(OWN_NAME)) spaces.add(space);
    else for (const { name } of targets) spaces.add(space.replaceAll(OWN_NAME, name));
  }
  return [...spaces].sort();
}

function byId<T>(
  files: readonly Identified[],
  read: ReadonlyMap<RepoPath, readonly T[]>,
): Map<string, readonly T[]> {
  const kept = files.filter((file): file is { path: RepoPath; id: string } => file.id !== null);
  return new Map(kept.map(({ path, id }) => [id, read.get(path) ?? []]));
}
