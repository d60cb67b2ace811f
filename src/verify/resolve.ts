import { realpathSync } from "node:fs";
import { join } from "node:path";
import type { Interpreter } from "../model.ts";
import { type Elf, type ElfRead, type UndefinedSymbol, readElf } from "./elf.ts";
import { expandPath, readSystemLibraries } from "./search-path.ts";
import { type TorchParent, comesWithTorch, findTorch } from "./torch-parent.ts";

export interface LoaderContext {
  /** Whose loader it is; null: unknown, then names of the Python C API count as found. */
  readonly interpreter: Interpreter | null;
  /** The environment that Python would run in: LD_LIBRARY_PATH, PYTHONPATH. */
  readonly environment: NodeJS.ProcessEnv;
  /** The libraries are of an unpacked wheel: where there is no torch, what is torch's is not missing. */
  readonly isApart?: boolean;
}

/** What the loader would say about one library. */
export interface Resolution {
  readonly missing: readonly UndefinedSymbol[];
  /** NEEDED libraries that no folder has, of the library itself or of those that it needs. */
  readonly libraries: readonly string[];
  /** Libraries that would be in the process, the interpreter's first. */
  readonly loaded: readonly Elf[];
}

/** A model of the dynamic loader (glibc's `ld.so`). Keeps what it has read; whoever made it closes it. */
export interface Loader {
  readonly torch: TorchParent;
  /** The Python program, or null when it is unknown or not ELF. */
  readonly program: Elf | null;
  read(path: string): ElfRead;
  resolve(elf: Elf): Resolution;
  close(): void;
}

/** A library in a process, and who asked for it: DT_RPATH of all askers counts. */
interface Loaded {
  readonly elf: Elf;
  readonly loader: Loaded | null;
}

interface Closure {
  readonly loaded: readonly Loaded[];
  readonly missing: readonly string[];
}

export function createLoader({ interpreter, environment }: LoaderContext): Loader {
  const opened = new Map<string, ElfRead>();
  const system = readSystemLibraries();
  const torch = findTorch(interpreter, environment);
  const libraryPath = (environment["LD_LIBRARY_PATH"] ?? "").split(/[:;]/).filter(Boolean);

  const read = (path: string): ElfRead => {
    const known = opened.get(path) ?? readElf(path);
    opened.set(path, known);
    return known;
  };
  const openLike = (path: string, like: Elf): Elf | null => {
    const found = read(path);
    // the loader passes over libraries of another machine
    if (found.kind !== "elf" || found.elf.machine !== like.machine || found.elf.is64 !== like.is64)
      return null;
    return found.elf;
  };
  const locate = (name: string, asker: Loaded, program: Elf | null): Elf | null => {
    const { elf } = asker;
    if (name.includes("/")) return firstOf(expandPath(name, elf.path), (path) => openLike(path, elf));
    const parents = comesWithTorch(name) ? torch.folders : [];
    const candidates = [
      ...parents.map((folder) => join(folder, name)), // in the process already: found by its name
      ...inheritedPaths(asker, program).map((folder) => join(folder, name)),
      ...libraryPath.map((folder) => join(folder, name)),
      ...elf.runpath.flatMap((entry) => expandPath(entry, elf.path)).map((folder) => join(folder, name)),
      ...system.candidates(name, elf.machine),
    ];
    return firstOf(candidates, (path) => openLike(path, elf));
  };
  const closureOf = (root: Elf, before: readonly Loaded[], program: Elf | null): Closure => {
    const names = new Set(before.flatMap(({ elf }) => namesOf(elf)));
    const loaded: Loaded[] = [{ elf: root, loader: null }];
    const missing = new Set<string>();
    for (const asker of loaded) {
      for (const name of asker.elf.needed) {
        if (names.has(name) || missing.has(name)) continue;
        const found = locate(name, asker, program);
        if (found === null) {
          missing.add(name);
          continue;
        }
        names.add(name);
        for (const other of namesOf(found)) names.add(other);
        if (!loaded.some(({ elf }) => elf === found)) loaded.push({ elf: found, loader: asker });
      }
    }
    return { loaded, missing: [...missing] };
  };

  const program = findProgram(interpreter, read);
  const base = program === null ? [] : closureOf(program, [], program).loaded;

  return {
    torch,
    program,
    read,
    resolve(elf) {
      const own = closureOf(elf, base, program);
      const loaded = [...base, ...own.loaded].map((entry) => entry.elf);
      const isFound = (symbol: UndefinedSymbol): boolean =>
        (program === null && /^_?Py/.test(symbol.name)) ||
        loaded.some((library) => library.defines(symbol.name, symbol.version));
      return {
        missing: [...elf.undefined.filter((symbol) => !isFound(symbol)), ...unmetVersions(elf, loaded)],
        libraries: own.missing,
        loaded,
      };
    },
    close() {
      for (const entry of opened.values()) if (entry.kind === "elf") entry.elf.close();
      opened.clear();
    },
  };
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

/** Versions that the loader demands of a library although no strong symbol uses them. */
function unmetVersions(elf: Elf, loaded: readonly Elf[]): UndefinedSymbol[] {
  const used = new Set(elf.undefined.map(({ version }) => version));
  return elf.neededVersions
    .filter(({ file, version, weak }) => {
      if (weak || used.has(version)) return false;
      const provider = loaded.find((library) => namesOf(library).includes(file));
      return provider !== undefined && provider.versions.size > 0 && !provider.versions.has(version);
    })
    .map(({ file, version }) => ({ name: file, version }));
}

function findProgram(interpreter: Interpreter | null, read: (path: string) => ElfRead): Elf | null {
  const files = interpreter === null ? [] : [interpreter.path, ...interpreter.identityFiles];
  return firstOf(files, (path) => {
    const found = read(realPath(path)); // its $ORIGIN is that of the real file, unlike a library's
    return found.kind === "elf" ? found.elf : null;
  });
}

function namesOf(elf: Elf): string[] {
  const file = elf.path.slice(elf.path.lastIndexOf("/") + 1);
  return elf.soname === null ? [file] : [elf.soname, file];
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function firstOf<T, U>(items: readonly T[], find: (item: T) => U | null): U | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}
