/** Native names as questions to the interpreter that loads the libraries, and its answers. */
import type { OutputModule } from "../judge-imports.ts";
import { eventOf } from "../judge-libraries.ts";
import type { Probed } from "../probe-all.ts";
import type { ProbeLookups } from "../probe.ts";
import type { Found } from "./name-rule.ts";
import type { NativeName } from "./native-names.ts";

export type FindName = (name: NativeName) => Found;

export const UNSEEN: Found = { kind: "unseen" };

/** All names of a module are asked of each library that can be this module. */
export function lookupsFor(names: readonly NativeName[], modules: readonly OutputModule[]): ProbeLookups {
  const libraries = modules.map(({ path, module }) => ({
    path,
    module,
    names: names
      .filter((name) => name.kind === "name" && isModule(module, name.space))
      .map(({ name }) => name),
  }));
  const operators = names
    .filter(({ kind }) => kind === "operator")
    .map(({ space, name }) => `${space}::${name}`);
  return { libraries: libraries.filter((library) => library.names.length > 0), operators };
}

/** What the interpreter found. Where a library did not load, what is missing may be its fault: then nothing was seen. */
export function foundNames(
  loaded: Probed,
  libraries: readonly string[],
  modules: readonly OutputModule[],
): FindName {
  const allLoaded = libraries.every((path) => eventOf(loaded, "library", path)?.error === null);
  const missing: Found = allLoaded ? { kind: "missing" } : UNSEEN;
  const byPath = new Set(libraries);
  const placesOf = (space: string): readonly OutputModule[] =>
    modules.filter(({ path, module }) => byPath.has(path) && isModule(module, space));
  return ({ kind, space, name }) => {
    if (kind === "operator") {
      const event = eventOf(loaded, "lookup", `${space}::${name}`);
      if (event === undefined || event.error !== null) return UNSEEN;
      if (event.schemas.length > 0) return { kind: "present", schemas: event.schemas };
      return libraries.some((path) => loaded.alone.has(path)) ? UNSEEN : missing; // asked where that one was not loaded
    }
    const places = placesOf(space);
    if (places.length === 0 && modules.some(({ module }) => lastPart(module) === lastPart(space)))
      return UNSEEN; // in which package an output lies is not always known (there may be no `__init__.py`)
    if (kind === "module")
      return places.length > 0 ? (allLoaded ? { kind: "present", schemas: [] } : UNSEEN) : missing;
    const answers = places.map(({ path }) => eventOf(loaded, "lookup", `names of ${path}`));
    const having = answers.find((event) => event?.error === null && !event.missing.includes(name));
    if (having !== undefined) return { kind: "present", schemas: having.signatures.get(name) ?? [] };
    return answers.every((event) => event?.error === null) ? missing : UNSEEN;
  };
}

/** Does a dotted or plain name from the sources mean the module that an output is? */
function isModule(module: string, space: string): boolean {
  return space.includes(".") ? module === space : lastPart(module) === space;
}

function lastPart(module: string): string {
  return module.slice(module.lastIndexOf(".") + 1);
}
