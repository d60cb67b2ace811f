import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Interpreter } from "../model.ts";
import type { Elf } from "./elf.ts";
import { isReadable, type ReadLibraries } from "./read-libraries.ts";
import { expandPath } from "./search-path.ts";
import { type TorchParent, comesWithTorch, findTorch } from "./torch-parent.ts";

/** A library in a process, and who asked for it: DT_RPATH of all askers counts. */
export interface Loaded {
  readonly elf: Elf;
  readonly loader: Loaded | null;
  /** It came with torch, so that it is in the process, and bound, before the library that is asked about. */
  readonly isInProcess: boolean;
}

/** A library that the loader finds and cannot load. */
export interface Broken {
  /** The name by which it was asked for; null for the file itself. */
  readonly name: string | null;
  readonly path: string;
  readonly why: string;
}

/** What one library brings into the process, itself first. */
export interface Arrival {
  readonly loaded: readonly Loaded[];
  /** NEEDED libraries that no folder has. */
  readonly missing: readonly string[];
  readonly broken: readonly Broken[];
}

/** Finds libraries as the loader of one interpreter does. */
export interface LibrarySearch {
  readonly torch: TorchParent;
  readonly program: Elf | null;
  /** What is in the process from its start. */
  readonly base: readonly Elf[];
  arrivalOf(elf: Elf): Arrival;
}

type Found = { readonly elf: Elf; readonly isInProcess: boolean } | Broken | null;

export function createSearch(
  interpreter: Interpreter | null,
  environment: NodeJS.ProcessEnv,
  libraries: ReadLibraries,
): LibrarySearch {
  const torch = findTorch(interpreter, environment);
  const libraryPath = (environment["LD_LIBRARY_PATH"] ?? "").split(/[:;]/).filter(Boolean);

  const locate = (name: string, asker: Loaded): Found => {
    const { elf } = asker;
    if (name.includes("/")) return firstLike(expandPath(name, elf.path), name, elf);
    const parents = comesWithTorch(name) ? torch.folders.map((folder) => join(folder, name)) : [];
    const parent = firstLike(parents, name, elf); // in the process already: found by its name
    if (parent !== null && "elf" in parent) return { ...parent, isInProcess: true };
    const candidates = [
      ...inheritedPaths(asker, program).map((folder) => join(folder, name)),
      ...libraryPath.map((folder) => join(folder, name)),
      ...elf.runpath.flatMap((entry) => expandPath(entry, elf.path)).map((folder) => join(folder, name)),
      ...libraries.system.candidates(name, elf.machine),
    ];
    return firstLike(candidates, name, elf);
  };
  const firstLike = (paths: readonly string[], name: string, like: Elf): Found => {
    for (const path of paths) {
      if (!isReadable(path)) continue;
      const found = libraries.read(path);
      // libraries of another machine are passed over; anything else of that name ends the search
      if (found.kind === "broken") return { name, path, why: found.why };
      if (found.kind === "not-elf") return { name, path, why: `it is ${found.format}` };
      if (found.elf.machine === like.machine && found.elf.is64 === like.is64) {
        return { elf: found.elf, isInProcess: false };
      }
    }
    return null;
  };
  const arrive = (roots: readonly Elf[], before: readonly Elf[]): Arrival => {
    const names = new Set(before.flatMap(namesOf));
    const loaded: Loaded[] = roots.map((elf) => ({ elf, loader: null, isInProcess: false }));
    const missing = new Set<string>();
    const broken: Broken[] = [];
    for (const asker of loaded) {
      for (const name of asker.elf.needed) {
        if (names.has(name) || missing.has(name)) continue;
        const found = locate(name, asker);
        if (found === null) missing.add(name);
        else names.add(name);
        if (found !== null && !("elf" in found)) broken.push(found);
        if (found === null || !("elf" in found)) continue;
        for (const other of namesOf(found.elf)) names.add(other);
        if (loaded.some(({ elf }) => elf === found.elf)) continue;
        loaded.push({ ...found, isInProcess: found.isInProcess || asker.isInProcess, loader: asker });
      }
    }
    return { loaded, missing: [...missing], broken };
  };

  const program = findProgram(interpreter, libraries);
  const preloaded = preloads(environment).flatMap((path) => {
    const found = isReadable(path) ? libraries.read(path) : null;
    return found?.kind === "elf" && found.elf.machine === program?.machine ? [found.elf] : [];
  });
  const base = program === null ? [] : arrive([program, ...preloaded], []).loaded.map(({ elf }) => elf);

  return {
    torch,
    program,
    base,
    arrivalOf: (elf) => arrive([elf], base),
  };
}

/** Names under which a library answers: that of its file, and its own. */
export function namesOf(elf: Elf): string[] {
  const file = elf.path.slice(elf.path.lastIndexOf("/") + 1);
  return elf.soname === null ? [file] : [elf.soname, file];
}

/** DT_RPATH of the asker, of those that asked for it, and of the program; DT_RUNPATH switches it off. */
function inheritedPaths(asker: Loaded, program: Elf | null): string[] {
  if (asker.elf.runpath.length > 0) return [];
  const chain: Elf[] = [];
  for (let entry: Loaded | null = asker; entry !== null; entry = entry.loader) chain.push(entry.elf);
  if (program !== null) chain.push(program);
  return chain
    .filter((elf) => elf.runpath.length === 0)
    .flatMap((elf) => elf.rpath.flatMap((entry) => expandPath(entry, elf.path)));
}

/** Paths of libraries that every process starts with; those given by bare names are rare and left out. */
function preloads(environment: NodeJS.ProcessEnv): string[] {
  let system = "";
  try {
    system = readFileSync("/etc/ld.so.preload", "utf8");
  } catch {
    // ordinary machines have none
  }
  return `${environment["LD_PRELOAD"] ?? ""} ${system}`
    .split(/[\s:]+/)
    .filter((path) => path.startsWith("/"));
}

function findProgram(interpreter: Interpreter | null, libraries: ReadLibraries): Elf | null {
  for (const path of interpreter === null ? [] : [interpreter.path, ...interpreter.identityFiles]) {
    const found = libraries.read(realPath(path)); // its $ORIGIN is that of the real file, unlike a library's
    if (found.kind === "elf") return found.elf;
  }
  return null;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
