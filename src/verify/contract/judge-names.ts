/** Pure: verdicts on all native names of an extension, and what of them is told as a problem or a warning. */
import { type Findings, type Problem } from "../findings.ts";
import type { SeenNames } from "../../model.ts";
import {
  type Before,
  type BuiltFrom,
  findPeers,
  type Found,
  judgeName,
  type NameVerdict,
  whyPerhapsLost,
} from "./name-rule.ts";
import { type NativeName, nativeNameText, placeText, type UsedAt } from "./native-names.ts";
import { misfit, parseSchema, parseSignature } from "./schema.ts";

/** A native name, what was found of it, and what that means. */
export interface JudgedName extends NativeName {
  readonly found: Found;
  readonly verdict: NameVerdict;
  /** Of `maybe-lost`: what may be the good reason; else null. */
  readonly why: string | null;
  /** Calls that fit no schema: of the operator as it was loaded, or before a build as the source declares it. */
  readonly misfits: readonly { readonly used: UsedAt; readonly why: string }[];
}

/** Judges all names of an extension together, since one tells of another. */
export function judgeNames(
  names: readonly NativeName[],
  foundOf: (name: NativeName) => Found,
  past: { readonly builtFrom: BuiltFrom; readonly before: Before | null },
): JudgedName[] {
  const hasPeer = findPeers(names, foundOf);
  return names.map((name) => {
    const found = foundOf(name);
    const verdict = judgeName(name, found, past, hasPeer(name));
    const why =
      verdict === "maybe-lost" && past.before !== null
        ? whyPerhapsLost(name, past.before, hasPeer(name))
        : null;
    return {
      ...name,
      found,
      verdict,
      why,
      misfits: misfitsOf(name, found),
    };
  });
}

/** Before there is a build: what the text alone says. */
export function judgeUnbuilt(names: readonly NativeName[]): JudgedName[] {
  return judgeNames(names, () => ({ kind: "unseen" }), { builtFrom: { kind: "unknown" }, before: null });
}

/** What a record keeps of the names that were found. */
export function seenNames(judged: readonly JudgedName[]): SeenNames {
  const seen = judged.filter(({ verdict, places }) => verdict === "present" && places.length > 0);
  return Object.fromEntries(seen.map((name) => [nativeNameText(name), name.places.map(placeText)]));
}

/** Only `stale` and `lost` are problems. Warnings are what may break when it is called. */
export function nameFindings(judged: readonly JudgedName[]): Findings {
  const of = (verdict: NameVerdict): JudgedName[] => judged.filter((name) => name.verdict === verdict);
  const problems = [
    ...of("stale").map((name) => staleProblem(name, "is of older source")),
    ...of("lost").map(lostProblem),
  ];
  const doubts = [
    ...of("maybe-stale").map((name) => staleProblem(name, "may be of older source")),
    ...of("maybe-lost").map(lostWarning),
  ];
  const misfits = judged.filter(({ found }) => found.kind === "present").flatMap(misfitWarnings);
  return { problems, warnings: [...doubts, ...misfits] };
}

function lostProblem(name: JudgedName): Problem {
  const [registered] = name.places;
  return {
    subject: nativeNameText(name),
    text: "is missing, and the last verified build had it",
    cause: `${registered?.path ?? ""}:${registered?.line ?? 0} registers it${callerOf(name)}, and nothing that configures the build has changed.`,
    next: `bring it back, or name it under "optional" in the configuration, then: rebuild-if-needed`,
  };
}

function lostWarning(name: JudgedName): Problem {
  return {
    subject: nativeNameText(name),
    text: `is missing, and the last verified build had it (${name.why ?? ""})${callerOf(name)}`,
    next: "rebuild-if-needed verify --explain",
  };
}

function callerOf({ used }: JudgedName): string {
  const caller = used.find(({ guard }) => guard === null);
  return caller === undefined ? "" : `, ${caller.path}:${caller.line} uses it`;
}

function staleProblem(name: JudgedName, what: string): Problem {
  const [registered] = name.registered;
  return {
    subject: nativeNameText(name),
    text: "is missing",
    cause: `${registered?.path ?? ""}:${registered?.line ?? 0} registers it${callerOf(name)}: the library ${what}.`,
    next: "rebuild-if-needed",
  };
}

function misfitWarnings(name: JudgedName): Problem[] {
  return name.misfits.map(({ used, why }) => ({
    subject: nativeNameText(name),
    text: `the call at ${used.path}:${used.line} does not fit: ${why}`,
  }));
}

function misfitsOf(name: NativeName, found: Found): JudgedName["misfits"] {
  const declared = name.registered.map(({ schema }) => schema ?? "");
  const texts = found.kind === "present" ? found.schemas : declared;
  const schemas = texts.map(name.kind === "operator" ? parseSchema : parseSignature);
  return name.used.flatMap((used) => {
    const why = used.call === null ? null : misfit(used.call, used.overload, schemas);
    return why === null ? [] : [{ used, why }];
  });
}
