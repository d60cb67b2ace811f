/** Pure: what it means that a name was found, was not found, or was not looked for. */
import type { RepoPath } from "../../model.ts";
import { assertNever } from "../../report/failure.ts";
import type { NativeName } from "./native-names.ts";

/** What a fresh interpreter said of a name. `unseen`: it was not asked, or could not look. */
export type Found =
  | { readonly kind: "present"; readonly schemas: readonly string[] }
  | { readonly kind: "missing" }
  | { readonly kind: "unseen" };

/** What the libraries were built from, as far as it is known. */
export type BuiltFrom =
  /** The source that is here now. */
  | { readonly kind: "this" }
  /** Older source: these inputs have changed since. */
  | { readonly kind: "older"; readonly changed: ReadonlySet<RepoPath> }
  | { readonly kind: "unknown" };

export type NameVerdict =
  | "present"
  | "unseen"
  /** Missing although callers need it: the libraries are of older source. The only error. */
  | "stale"
  /** As `stale`, but nobody knows what the libraries were built from. */
  | "maybe-stale"
  /** Missing, and by what else is missing this configuration leaves it out. */
  | "not-built"
  /** Missing, and nothing here registers it for this configuration. */
  | "not-here";

/**
 * The rule. A missing name is an error only with evidence that the source which registers it was compiled into the
 * library in another version: the file has changed since the build, and something that it registers under the same
 * conditions is there. A build of this very source never fails by it.
 * @param hasPeer whether another name of the same file and conditions was found.
 */
export function judgeName(
  { need, registered }: Pick<NativeName, "need" | "registered">,
  found: Found,
  builtFrom: BuiltFrom,
  hasPeer: boolean,
): NameVerdict {
  if (found.kind !== "missing") return found.kind;
  if (need === "elsewhere" || need === "unregistered") return "not-here";
  if (need !== "required" || !hasPeer) return "not-built";
  switch (builtFrom.kind) {
    case "this":
      return "not-built";
    case "older":
      return registered.some(({ path }) => builtFrom.changed.has(path)) ? "stale" : "not-built";
    case "unknown":
      return "maybe-stale";
    default:
      return assertNever(builtFrom);
  }
}

/** For each name, whether something else that is registered under the same conditions of the same file was found. */
export function findPeers(
  names: readonly NativeName[],
  foundOf: (name: NativeName) => Found,
): (name: NativeName) => boolean {
  const present = new Set<string>();
  for (const name of names) {
    if (name.kind !== "module" && foundOf(name).kind === "present")
      for (const key of keysOf(name)) present.add(key);
  }
  return (name) => keysOf(name).some((key) => present.has(key));
}

function keysOf({ space, registered }: NativeName): string[] {
  return registered.map(({ path, conditions }) => JSON.stringify([space, path, conditions]));
}
