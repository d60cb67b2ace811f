import { basename } from "node:path";
import type { Interpreter } from "../model.ts";
import type { Elf, ElfRead, UndefinedSymbol } from "./elf.ts";
import { type Broken, type Loaded, createSearch, namesOf } from "./library-search.ts";
import { openLibraries, type ReadLibraries } from "./read-libraries.ts";
import type { TorchParent } from "./torch-parent.ts";

export interface LoaderContext {
  /** Whose loader it is; null: unknown, then names of the Python C API count as found. */
  readonly interpreter: Interpreter | null;
  /** The environment that Python would run in: LD_LIBRARY_PATH, LD_PRELOAD, PYTHONPATH. */
  readonly environment: NodeJS.ProcessEnv;
  /** The libraries are of an unpacked wheel: where there is no torch, what is torch's is not missing. */
  readonly isApart?: boolean;
  /** The tree that is looked at: none of its programs is run. */
  readonly top?: string;
  /** The torch that the files are known to have been built against. */
  readonly builtTorch?: string | null;
  /** What has been read already; closed with the loader. */
  readonly libraries?: ReadLibraries;
}

/** A symbol, or a version of a library, that nothing in the process has. */
export interface Unresolved extends UndefinedSymbol {
  /** Path of the library that wants it, when that is one that the file needs. */
  readonly wantedBy?: string;
}

/** What the loader would say about one library. */
export interface Resolution {
  readonly missing: readonly Unresolved[];
  /** NEEDED libraries that no folder has, of the library itself or of those that it needs. */
  readonly libraries: readonly string[];
  readonly broken: readonly Broken[];
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

export function createLoader({
  interpreter,
  environment,
  libraries = openLibraries(),
}: LoaderContext): Loader {
  const search = createSearch(interpreter, environment, libraries);
  const { base, program } = search;
  /** Dependencies that need nothing of the one who loads them: they are good for all. */
  const settled = new Map<Elf, boolean>();

  const isSettled = (elf: Elf): boolean => {
    const known = settled.get(elf);
    if (known !== undefined) return known;
    const alone = resolve(elf, ({ elf: other }) => other === elf, false);
    const isGood = [alone.missing, alone.broken, alone.libraries].every((list) => list.length === 0);
    settled.set(elf, isGood);
    return isGood;
  };
  const resolve = (elf: Elf, isAsked: (entry: Loaded) => boolean, isFile: boolean): Resolution => {
    const arrival = search.arrivalOf(elf);
    const loaded = [...base, ...arrival.loaded.map((entry) => entry.elf)];
    const process = { loaded, absent: new Set(arrival.missing), knowsPython: program !== null };
    const looked = arrival.loaded
      .filter(isAsked)
      .map((entry) => lookAt(entry.elf, process, isFile && entry.elf === elf));
    return {
      missing: looked.flatMap(({ missing }) => missing),
      libraries: arrival.missing,
      broken: [...looked.flatMap(({ broken }) => broken), ...arrival.broken],
      loaded,
    };
  };

  return {
    torch: search.torch,
    program,
    read: (path) => libraries.read(path),
    resolve: (elf) =>
      resolve(elf, (entry) => entry.elf === elf || !(entry.isInProcess || isSettled(entry.elf)), true),
    close: () => libraries.close(),
  };
}

interface Process {
  readonly loaded: readonly Elf[];
  /** Libraries that were asked for and not found. */
  readonly absent: ReadonlySet<string>;
  /** False: the program is unknown, and names of the Python C API count as found. */
  readonly knowsPython: boolean;
}

/** What one library lacks among those of its process. */
function lookAt(elf: Elf, process: Process, isFile: boolean): Pick<Resolution, "missing" | "broken"> {
  const references = elf.references(isFile); // of others its own symbols cost more than they tell
  if (references.kind === "broken") return refused(elf, isFile, references.why);
  if (elf.refusal !== null) return refused(elf, isFile, elf.refusal);
  let last: Elf | undefined; // mostly the one that defined the symbol before defines the next one too
  const isFound = ({ name, version }: UndefinedSymbol): boolean => {
    if (!process.knowsPython && /^_?Py/.test(name)) return true;
    if (last?.defines(name, version) === true) return true;
    const found = process.loaded.find((library) => library.defines(name, version));
    last = found ?? last;
    return found !== undefined;
  };
  const symbols = [
    ...references.undefined.filter((symbol) => !isFound(symbol)),
    ...references.unfound.filter((symbol) => !isFound(symbol)),
  ];
  const stranger = unloadedProvider(elf, process);
  if (stranger !== null && symbols.length === 0) return refused(elf, isFile, stranger);
  const missing: Unresolved[] = [...symbols, ...unmetVersions(elf, process, symbols)];
  return { missing: isFile ? missing : missing.map((one) => ({ ...one, wantedBy: elf.path })), broken: [] };
}

function refused(elf: Elf, isFile: boolean, why: string): Pick<Resolution, "missing" | "broken"> {
  return { missing: [], broken: [{ name: isFile ? null : basename(elf.path), path: elf.path, why }] };
}

/** A library of which versions are wanted, but which is not asked for: the loader aborts the process. */
function unloadedProvider(elf: Elf, { loaded, absent }: Process): string | null {
  const stranger = elf.neededVersions.find(
    ({ file }) => !absent.has(file) && providerOf(file, loaded) === null,
  );
  return stranger === undefined ? null : `it wants versions of ${stranger.file}, which it does not load`;
}

/** Versions that the loader demands of a library although no symbol that is missing has them. */
function unmetVersions(elf: Elf, { loaded }: Process, told: readonly UndefinedSymbol[]): UndefinedSymbol[] {
  const known = new Set(told.map(({ version }) => version));
  return elf.neededVersions
    .filter(({ file, version, weak, isDamaged }) => {
      if (weak || known.has(version)) return false;
      const versions = providerOf(file, loaded)?.versions ?? null;
      return versions !== null && (isDamaged || !versions.has(version));
    })
    .map(({ file, version }) => ({ name: file, version }));
}

function providerOf(file: string, loaded: readonly Elf[]): Elf | null {
  return loaded.find((library) => namesOf(library).includes(file)) ?? null;
}
