/** Pure: joins what native sources register with what Python files use. */
import { baseName, folderOf } from "../../closure/file-kinds.ts";
import type { RepoPath } from "../../model.ts";
import type { Use } from "./callers.ts";
import { OWN_NAME } from "./registrations.ts";
import { namesByFile } from "./target-names.ts";
import type { TreeScan } from "./tree-scan.ts";

/** What the sources and callers of an extension say of a name. */
export type Need =
  /** Its inputs register the name, and a caller counts on it. */
  | "required"
  /** Its inputs register the name, and every caller asks first. */
  | "optional"
  /** Its inputs register the name, and nobody calls it. */
  | "unused"
  /** Only files that are no inputs of the extension register the name. */
  | "elsewhere"
  /** No tracked source registers the name. */
  | "unregistered";

export interface RegisteredAt {
  readonly path: RepoPath;
  readonly line: number;
  readonly conditions: readonly string[];
  readonly schema: string | null;
  /** In a function that somebody may call, not where the module itself is made. */
  readonly isHelper: boolean;
}

export interface UsedAt extends Use {
  readonly path: RepoPath;
}

/** A name that Python finds in a library, or should. */
export interface NativeName {
  readonly kind: "operator" | "name" | "module";
  /** Namespace, or the dotted name of the module where callers tell it, else its last part. */
  readonly space: string;
  /** Empty for a module. */
  readonly name: string;
  readonly need: Need;
  readonly registered: readonly RegisteredAt[];
  /** Those of `registered` that are inputs of the extension. */
  readonly places: readonly RegisteredAt[];
  readonly used: readonly UsedAt[];
}

/** `torch.ops.<namespace>.<operator>`, `module:name` or `module`: as `require` has it. */
export function nativeNameText({ kind, space, name }: Pick<NativeName, "kind" | "space" | "name">): string {
  if (kind === "operator") return `torch.ops.${space}.${name}`;
  return kind === "module" ? space : `${space}:${name}`;
}

/** `torch.ops.<namespace>` or `module`. */
function spaceText({ kind, space }: Pick<NativeName, "kind" | "space">): string {
  return kind === "operator" ? `torch.ops.${space}` : space;
}

/** A registration as it stays the same when lines above it come and go. */
export function placeText({ path, conditions }: Pick<RegisteredAt, "path" | "conditions">): string {
  return conditions.length === 0 ? path : `${path} (${conditions.join(", ")})`;
}

/**
 * The names of one extension, sorted; empty when none of its inputs registers anything.
 * @param optional names that a build may lack, whoever uses them.
 */
export function nativeNames(
  scan: TreeScan,
  isInput: (path: RepoPath) => boolean,
  optional: readonly string[] = [],
): NativeName[] {
  const registered = resolveSpaces(scan, isInput);
  if (!registered.some(({ path }) => isInput(path))) return [];
  const uses = placeUses(scan);
  const imported = new Map(
    uses
      .filter(({ kind }) => kind === "name")
      .map((use) => [`${use.space} ${use.path} ${use.line}`, { ...use, kind: "module", name: "" } as const]),
  );
  const names = new Map<string, { use: Omit<NativeName, "need">; at: RegisteredAt[]; used: UsedAt[] }>();
  const entry = (
    kind: NativeName["kind"],
    space: string,
    name: string,
  ): { at: RegisteredAt[]; used: UsedAt[] } => {
    const key = `${kind} ${space} ${name}`;
    const known = names.get(key) ?? {
      use: { kind, space, name, registered: [], places: [], used: [] },
      at: [],
      used: [],
    };
    names.set(key, known);
    return known;
  };
  const spaces = operatorSpaces(scan, registered);
  for (const use of [...uses, ...imported.values()]) {
    if (use.kind !== "operator" || isNativeSpace(use.space, spaces))
      entry(use.kind, use.space, use.name).used.push(use);
  }
  const modules = new Map<string, Set<string>>();
  for (const { kind, space } of uses) {
    if (kind !== "operator")
      modules.set(lastPart(space), (modules.get(lastPart(space)) ?? new Set()).add(space));
  }
  for (const { kind, space, name, ...place } of registered) {
    const full = kind === "operator" ? [space] : [...(modules.get(space) ?? [space])];
    for (const one of full) entry(kind, one, name.split(".")[0] ?? "").at.push(place);
  }
  return (
    [...names.values()]
      .map(({ use, at, used }) => ({
        ...use,
        registered: inputsFirst(at, isInput),
        places: at.filter(({ path }) => isInput(path)),
        used: [...used.filter(({ guard }) => guard === null), ...used.filter(({ guard }) => guard !== null)],
        need: needOf(
          at,
          used,
          isInput,
          [nativeNameText(use), spaceText(use)].some((one) => optional.includes(one)),
        ),
      }))
      .filter(({ need, used }) => need !== "elsewhere" || used.length > 0)
      // a module that lies in no package is ours only where a source says so
      .filter(
        ({ kind, need, space }) => kind === "operator" || need !== "unregistered" || space.includes("."),
      )
      .sort((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1))
  );
}

type Resolved = RegisteredAt & {
  readonly kind: NativeName["kind"];
  readonly space: string;
  readonly name: string;
};

/** Registrations with `TORCH_EXTENSION_NAME` replaced by the names that build files give to the libraries of a file; a Cython file gives its own. */
function resolveSpaces(scan: TreeScan, isInput: (path: RepoPath) => boolean): Resolved[] {
  const byFile = namesByFile(scan.targets);
  const files = new Set(scan.python);
  const all = [...new Set(scan.targets.map(({ name }) => name))];
  const found: Resolved[] = [];
  const helpers: (RegisteredAt & { kind: "operator" | "name"; name: string })[] = [];
  for (const [path, registrations] of scan.registrations) {
    const own = path.endsWith(".pyx")
      ? [moduleOf(path, files)]
      : (byFile.get(path) ?? (all.length === 1 ? all : []));
    for (const { kind, space, name, line, conditions, schema } of registrations) {
      if (kind === "kernel") continue;
      const place = { path, line, conditions, schema, isHelper: space === null };
      if (space === null && kind !== "module") helpers.push({ ...place, kind, name });
      else if (space?.includes(OWN_NAME) === true)
        for (const target of own)
          found.push({ ...place, kind, name, space: space.replaceAll(OWN_NAME, target) });
      else if (space !== null) found.push({ ...place, kind, name, space });
    }
  }
  // a helper function belongs to the only caller that there can be
  for (const helper of helpers) {
    const kind = helper.kind === "operator" ? "operator" : "module";
    const spaces = new Set(
      found.filter((one) => one.kind === kind && isInput(one.path)).map(({ space }) => space),
    );
    const [space] = spaces;
    if (space !== undefined && spaces.size === 1) found.push({ ...helper, space });
  }
  return found;
}

/** Uses with their files, and modules by their full names; those of Python modules and of other packages are left out. */
function placeUses(scan: TreeScan): UsedAt[] {
  const files = new Set(scan.python);
  const python = new Set(scan.python.flatMap((path) => [moduleOf(path, files), namespaced(path)]));
  const packages = new Set([...python].map((module) => module.split(".")[0] ?? ""));
  return [...scan.uses].flatMap(([path, uses]) =>
    uses.flatMap((use): UsedAt[] => {
      if (use.kind === "operator") return [{ ...use, path }];
      const space = absolute(use.space, path, files);
      // a module of its own at the top, or one in a package of the tree
      const isOurs = space.includes(".") === packages.has(space.split(".")[0] ?? "");
      return !isOurs || python.has(space) || /^__\w+__$/.test(use.name) ? [] : [{ ...use, path, space }];
    }),
  );
}

/** `..sub._C` in `src/pkg/a/b.py` is `pkg.sub._C`. */
function absolute(space: string, path: RepoPath, files: ReadonlySet<RepoPath>): string {
  const [, dots = "", rest = ""] = /^(\.*)(.*)$/.exec(space) ?? [];
  if (dots === "") return space;
  const parts = moduleOf(path, files).split(".");
  const up = path.endsWith("/__init__.py") ? dots.length - 1 : dots.length;
  return [...parts.slice(0, Math.max(0, parts.length - up)), rest].join(".");
}

/** Dotted name of a Python file: its packages are the folders above that have an `__init__.py`. */
function moduleOf(path: RepoPath, files: ReadonlySet<RepoPath>): string {
  let root = folderOf(path);
  while (root !== "" && files.has(`${root}/__init__.py`)) root = folderOf(root);
  return root === folderOf(path)
    ? namespaced(path)
    : dottedPath(root === "" ? path : path.slice(root.length + 1));
}

/** Its name when all folders below the usual places of packages are packages. */
function namespaced(path: RepoPath): string {
  return dottedPath(path.replace(/^(?:src|python|lib)\//, ""));
}

function dottedPath(path: RepoPath): string {
  return path.replace(/(?:\/__init__)?\.pyx?$/, "").replaceAll("/", ".");
}

function operatorSpaces(scan: TreeScan, registered: readonly Resolved[]): ReadonlySet<string> {
  const own = registered.filter(({ kind }) => kind === "operator").map(({ space }) => space);
  return new Set([...own, ...scan.targets.map(({ name }) => name)]);
}

/** Namespaces of libraries end in `_C` by custom; all others that nothing here registers are torch's or another package's. */
function isNativeSpace(space: string, known: ReadonlySet<string>): boolean {
  return known.has(space) || space.endsWith("_C");
}

function needOf(
  at: readonly RegisteredAt[],
  used: readonly UsedAt[],
  isInput: (path: RepoPath) => boolean,
  isOptional: boolean,
): Need {
  if (at.length === 0) return "unregistered";
  if (!at.some(({ path }) => isInput(path))) return "elsewhere";
  if (used.length === 0) return "unused";
  return isOptional || used.every(({ guard }) => guard !== null) ? "optional" : "required";
}

function inputsFirst(at: readonly RegisteredAt[], isInput: (path: RepoPath) => boolean): RegisteredAt[] {
  return [...at.filter(({ path }) => isInput(path)), ...at.filter(({ path }) => !isInput(path))];
}

function sortKey({ kind, space, name }: NativeName): string {
  return `${["module", "name", "operator"].indexOf(kind)} ${space} ${name}`;
}

function lastPart(dotted: string): string {
  return baseName(dotted.replaceAll(".", "/"));
}
