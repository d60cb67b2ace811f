import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Manifest {
  readonly name: string;
  readonly version: string;
  /** What must be there to run. */
  readonly required: readonly string[];
  /** What is taken along if it is there. */
  readonly optional: readonly string[];
}

/** One package folder to copy: `to` is relative to the copy's root. */
export interface PackageCopy {
  readonly from: string;
  readonly to: string;
}

/** Reads what we need of a package.json. Throws where it is damaged. */
export function readManifest(root: string): Manifest {
  const data: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const { name, version, ...rest }: Record<string, unknown> = typeof data === "object" ? { ...data } : {};
  if (typeof name !== "string" || typeof version !== "string")
    throw new Error(`${root}/package.json has no version`);
  const optional = [...keys(rest["optionalDependencies"]), ...keys(rest["peerDependencies"])];
  const required = keys(rest["dependencies"]).filter((dependency) => !optional.includes(dependency));
  return { name, version, required, optional };
}

/**
 * The package at `root` and all that it needs, as `node_modules` of a fresh folder. Works from npm's, pnpm's and
 * bun's layouts, since each dependency is looked up as Node does. Throws where one is missing.
 */
export function planCopies(root: string): readonly PackageCopy[] {
  const placed = new Map<string, string>(); // place in the copy -> source
  const queue: PackageCopy[] = [place(placed, readManifest(root).name, "", realpathSync(root))];
  for (const owner of queue) {
    const manifest = readManifest(owner.from);
    for (const name of [...manifest.required, ...manifest.optional]) {
      const source = findPackage(owner.from, name);
      if (source === null) {
        if (manifest.optional.includes(name)) continue;
        throw new Error(`${name}, which ${manifest.name} needs, is not installed`);
      }
      if (visibleFrom(placed, owner.to, name) === source) continue;
      const isTaken = placed.has(join("node_modules", name));
      queue.push(place(placed, name, isTaken ? owner.to : "", source));
    }
  }
  return queue;
}

function place(placed: Map<string, string>, name: string, under: string, from: string): PackageCopy {
  const to = join(under, "node_modules", name);
  placed.set(to, from);
  return { from, to };
}

/** What `name` means in the copy to the package at `owner`. */
function visibleFrom(placed: ReadonlyMap<string, string>, owner: string, name: string): string | null {
  for (let folder = owner; ; folder = dirname(folder)) {
    const found = placed.get(join(folder, "node_modules", name));
    if (found !== undefined) return found;
    if (folder === ".") return null;
  }
}

/** Where Node would find `name` for a module in `folder`. */
function findPackage(folder: string, name: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return realpathSync(candidate);
    if (at === dirname(at)) return null;
  }
}

function keys(value: unknown): readonly string[] {
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}
