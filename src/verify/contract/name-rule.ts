/** Pure: what it means that a name was found, was not found, or was not looked for. */
import { isCompiled } from "../../fingerprint/choose-inputs.ts";
import type { Reason, RepoPath, SeenNames } from "../../model.ts";
import { assertNever } from "../../report/failure.ts";
import { type NativeName, nativeNameText, placeText } from "./native-names.ts";

/** What a fresh interpreter said of a name. `unseen`: it was not asked, or could not look. */
export type Found =
  /** `schemas` of an operator; of another name its signatures as Python writes them, where it tells. */
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

/** What the last verified build had, and what has changed since that may decide which names a build has. */
export interface Before {
  readonly names: SeenNames;
  /** Build files, tools, variables: in words for people. */
  readonly configuration: readonly string[];
  /** Whether any native source has changed: what an `#if` asks may be defined anywhere. */
  readonly hasOtherSources: boolean;
}

export type NameVerdict =
  | "present"
  | "unseen"
  /** Missing although callers need it: the libraries are of older source. An error. */
  | "stale"
  /** Missing although callers need it, and the last verified build of the same configuration had it. An error. */
  | "lost"
  /** As `lost`, but what decides which names a build has is not quite the same. */
  | "maybe-lost"
  /** As `stale`, but nobody knows what the libraries were built from. */
  | "maybe-stale"
  /** Missing, and by what else is missing this configuration leaves it out. */
  | "not-built"
  /** Missing, and nothing here registers it for this configuration. */
  | "not-here";

/**
 * The rule. A missing name is an error only with evidence that it should be there. Either the source that registers it
 * was compiled into the library in another version: the file has changed since the build, and something that it
 * registers under the same conditions is there. Or the last verified build had it, and in this build of the present
 * source neither its registrations nor anything that configures the build has changed.
 * @param hasPeer whether another name of the same file and conditions was found.
 */
export function judgeName(
  name: NativeName,
  found: Found,
  { builtFrom, before }: { readonly builtFrom: BuiltFrom; readonly before: Before | null },
  hasPeer: boolean,
): NameVerdict {
  const { need, registered } = name;
  if (found.kind !== "missing") return found.kind;
  if (need === "elsewhere" || need === "unregistered") return "not-here";
  if (need !== "required") return "not-built";
  const wasThere = placesBefore(name, before) !== null;
  switch (builtFrom.kind) {
    case "this":
      if (!wasThere || before === null) return "not-built";
      return whyPerhapsLost(name, before, hasPeer) === null ? "lost" : "maybe-lost";
    case "older":
      return hasPeer && registered.some(({ path }) => builtFrom.changed.has(path)) ? "stale" : "not-built";
    case "unknown":
      return hasPeer || wasThere ? "maybe-stale" : "not-built";
    default:
      return assertNever(builtFrom);
  }
}

/** Why a name that the last verified build had may be missing for good reason, or null: nothing speaks for that. */
export function whyPerhapsLost(name: NativeName, before: Before, hasPeer: boolean): string | null {
  const [changed] = before.configuration;
  if (changed !== undefined) return `since then: ${changed}`;
  const { places } = name;
  const gone = placesBefore(name, before)?.find((place) => !places.some((one) => placeText(one) === place));
  if (gone !== undefined) return `${gone} no longer registers it`;
  if (!before.hasOtherSources) return null;
  // what an `#if` asks, and whether a function is called, may be decided in any source
  const conditional = places.find(({ conditions }) => conditions.length > 0);
  if (conditional !== undefined)
    return `sources have changed, which may decide: ${conditional.conditions.join(", ")}`;
  return hasPeer && !places.some(({ isHelper }) => isHelper) ? null : "sources have changed";
}

function placesBefore(name: NativeName, before: Before | null): readonly string[] | null {
  const text = nativeNameText(name);
  return before !== null && Object.hasOwn(before.names, text) ? (before.names[text] ?? null) : null;
}

/** @param changes what has changed since the last verified build. */
export function beforeOf(names: SeenNames, changes: readonly Reason[]): Before {
  const isSource = ({ kind, path }: Reason): boolean =>
    kind.startsWith("input-") && path !== undefined && isCompiled(path);
  return {
    names,
    configuration: changes.filter((reason) => !isSource(reason)).map(({ text }) => text),
    hasOtherSources: changes.some(isSource),
  };
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
