/** Libraries as they are read, each once for all that ask, and ahead of the interpreter that says where else to look. */
import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import { encodePath } from "../git/path-bytes.ts";
import { type Elf, type ElfRead, readElf } from "./elf.ts";
import { expandPath, readSystemLibraries, type SystemLibraries } from "./search-path.ts";
import { comesWithTorch } from "./torch-parent.ts";

/** Whoever opened it closes it. */
export interface ReadLibraries {
  readonly system: SystemLibraries;
  read(path: string): ElfRead;
  close(): void;
}

export function openLibraries(): ReadLibraries {
  const opened = new Map<string, ElfRead>();
  return {
    system: readSystemLibraries(),
    read(path) {
      const known = opened.get(path) ?? readElf(path);
      opened.set(path, known);
      return known;
    },
    close() {
      for (const entry of opened.values()) if (entry.kind === "elf") entry.elf.close();
      opened.clear();
    },
  };
}

/**
 * Reads files and what they need, as far as that is found without an interpreter: work for the time that it takes to ask
 * one. Nothing is decided by it. What comes with torch is left out: it may lie elsewhere, and is not asked about.
 */
export function readAhead(libraries: ReadLibraries, files: readonly string[]): void {
  const reached: Elf[] = [];
  const reach = (path: string): void => {
    const found = libraries.read(path);
    if (found.kind === "elf" && !reached.includes(found.elf)) reached.push(found.elf);
  };
  for (const path of files) reach(path);
  const asked = new Set(reached);
  for (const elf of reached) {
    elf.references(asked.has(elf));
    for (const name of elf.needed.filter((one) => !comesWithTorch(one) && !one.includes("/"))) {
      const own = [...elf.rpath, ...elf.runpath].flatMap((entry) => expandPath(entry, elf.path));
      const places = [
        ...own.map((folder) => join(folder, name)),
        ...libraries.system.candidates(name, elf.machine),
      ];
      const path = places.find((place) => isReadable(place) && statSync(encodePath(place)).isFile());
      if (path !== undefined) reach(path);
    }
  }
}

export function isReadable(path: string): boolean {
  try {
    accessSync(encodePath(path), constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
