/** Pure: verdicts on all native names of an extension, and what of them is told as a problem or a warning. */
import { type Findings, type Problem } from "../findings.ts";
import { type BuiltFrom, findPeers, type Found, judgeName, type NameVerdict } from "./name-rule.ts";
import { type NativeName, nativeNameText, type UsedAt } from "./native-names.ts";
import { misfit } from "./schema.ts";

/** A native name, what was found of it, and what that means. */
export interface JudgedName extends NativeName {
  readonly found: Found;
  readonly verdict: NameVerdict;
  /** Calls that fit no schema: of the operator as it was loaded, or before a build as the source declares it. */
  readonly misfits: readonly { readonly used: UsedAt; readonly why: string }[];
}

/** Judges all names of an extension together, since one tells of another. */
export function judgeNames(
  names: readonly NativeName[],
  foundOf: (name: NativeName) => Found,
  builtFrom: BuiltFrom,
): JudgedName[] {
  const hasPeer = findPeers(names, foundOf);
  return names.map((name) => {
    const found = foundOf(name);
    return {
      ...name,
      found,
      verdict: judgeName(name, found, builtFrom, hasPeer(name)),
      misfits: misfitsOf(name, found),
    };
  });
}

/** Before there is a build: what the text alone says. */
export function judgeUnbuilt(names: readonly NativeName[]): JudgedName[] {
  return judgeNames(names, () => ({ kind: "unseen" }), { kind: "unknown" });
}

/** Only `stale` is a problem. Warnings are what may break when it is called. */
export function nameFindings(judged: readonly JudgedName[]): Findings {
  const problems = judged.filter(({ verdict }) => verdict === "stale").map(staleProblem);
  const doubts = judged.filter(({ verdict }) => verdict === "maybe-stale").map(staleProblem);
  const misfits = judged.filter(({ found }) => found.kind === "present").flatMap(misfitWarnings);
  return { problems, warnings: [...doubts, ...misfits] };
}

function staleProblem(name: JudgedName): Problem {
  const [registered] = name.registered;
  const used = name.used.find(({ guard }) => guard === null);
  const callers = used === undefined ? "" : `, ${used.path}:${used.line} uses it`;
  return {
    subject: nativeNameText(name),
    text: "is missing",
    cause: `${registered?.path ?? ""}:${registered?.line ?? 0} registers it${callers}: the library is of older source.`,
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
  if (name.kind !== "operator") return [];
  const declared = name.registered.map(({ schema }) => schema ?? "");
  const schemas = found.kind === "present" ? found.schemas : declared;
  return name.used.flatMap((used) => {
    const why = used.call === null ? null : misfit(used.call, used.overload, schemas);
    return why === null ? [] : [{ used, why }];
  });
}
