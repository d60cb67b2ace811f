/** Pure: (baseline, observation, policy) -> decision. No disk, no clock, no process. */
import type { Closure } from "./closure/facts.ts";
import { compareFingerprints, compareInputs } from "./fingerprint/compare.ts";
import { explainInput } from "./fingerprint/explain-input.ts";
import { explainWheel } from "./fingerprint/precompiled.ts";
import { survivedDifferences } from "./fingerprint/survive.ts";
import type {
  Baseline,
  Decision,
  ExtensionDecision,
  Fingerprint,
  Level,
  Reason,
  RepoPath,
  Strategy,
  Verdict,
} from "./model.ts";
import { assertNever } from "./report/failure.ts";

export type KnownBaseline =
  | { readonly kind: "none" }
  | { readonly kind: "unreadable"; readonly why: string }
  | { readonly kind: "known"; readonly baseline: Baseline };

/** What is there now, as far as one extension is concerned. */
export interface Observation {
  readonly fingerprint: Fingerprint;
  /** output-missing, output-changed, output-shadowed, output-tracked. */
  readonly outputReasons: readonly Reason[];
  /** Files whose change alone no compiler can have noticed (see fingerprint/inputs-now.ts). */
  readonly unread?: ReadonlySet<RepoPath>;
  /** Former inputs that no rule names and nothing reads any more, though they are there: what read them is the reason. */
  readonly noLongerRead?: ReadonlySet<RepoPath>;
  /** Present ids of what the last build read beside its inputs. */
  readonly alsoRead?: ReadonlyMap<RepoPath, string>;
  /** Which files name or include which; null or absent: the rules alone decide, or nothing differs. */
  readonly closure?: Closure | null;
  /** Commit of the wheel that stands in for a compile, where one does and can be told. */
  readonly wheel?: string | null;
  /** For which nothing may be done, whatever changed: environment-elsewhere, submodule-lag, path-symlinked, a lost interpreter. */
  readonly obstacles: readonly Reason[];
  /** For which a build cannot succeed now: tool-missing. A restore still can. */
  readonly buildObstacles: readonly Reason[];
  /** A merge, rebase... under way, or unmerged files. */
  readonly operation: Reason | null;
  /** commit-foreign reasons; empty when the commit is trusted. */
  readonly foreign: readonly Reason[];
  /** A slot with this fingerprint whose files can be put in place. */
  readonly hasSlot: boolean;
}

export interface Policy {
  readonly strategy: Strategy;
  readonly force: boolean;
}

export function decide(
  name: string,
  known: KnownBaseline,
  now: Observation,
  policy: Policy,
): ExtensionDecision {
  const differences = differencesOf(known, now);
  const reasons = [...now.outputReasons, ...differences];
  const survived = differences.length === 0 ? null : survivedReasons(known, now, policy);
  const verdict = verdictOf(known, now, policy, differences, survived !== null);
  const fingerprint = now.fingerprint.hash;
  switch (verdict) {
    case "fresh":
      return { name, decision: "fresh", reasons: [], fingerprint };
    case "restore":
      if (survived === null || now.hasSlot) return { name, decision: "restore", reasons, fingerprint };
      return { name, decision: "restore", survives: true, reasons: survived, fingerprint };
    case "rebuild":
      return {
        name,
        decision: "rebuild",
        level: levelOf(known, differences, policy.strategy),
        reasons,
        fingerprint,
      };
    case "held":
      return { name, decision: "held", reasons: [...now.foreign, ...reasons], fingerprint };
    case "blocked":
      return { name, decision: "blocked", reasons: [...blockers(now), ...reasons], fingerprint };
    default:
      return assertNever(verdict);
  }
}

/** True when kept files alone make all fresh: nothing is run, so it takes no process of its own. */
export function isRestoreOnly({ decision, extensions }: Decision): boolean {
  return decision === "restore" && !extensions.some((one) => one.survives === true);
}

/** Several extensions: the worst of held > blocked > rebuild > restore > fresh. */
export function combine(extensions: readonly ExtensionDecision[], estimateMs?: number): Decision {
  const order: readonly Verdict[] = ["held", "blocked", "rebuild", "restore", "fresh"];
  const levels: readonly Level[] = ["clean", "reconfigure", "incremental"];
  const decision = order.find((verdict) => extensions.some((one) => one.decision === verdict)) ?? "fresh";
  const level = levels.find((one) => extensions.some((extension) => extension.level === one));
  return {
    decision,
    ...(decision === "rebuild" && level !== undefined ? { level } : {}),
    extensions,
    ...(estimateMs !== undefined && decision === "rebuild" ? { estimateMs } : {}),
  };
}

function differencesOf(known: KnownBaseline, now: Observation): Reason[] {
  switch (known.kind) {
    case "none":
      return [{ kind: "no-baseline", text: "no verified build is recorded here" }];
    case "unreadable":
      return [
        { kind: "baseline-unreadable", text: `the record of the last build cannot be read: ${known.why}` },
      ];
    case "known": {
      const { baseline } = known;
      const changes = changesSince(baseline, now);
      if (baseline.origin !== "unproven") return changes;
      return [{ kind: "baseline-unproven", text: baseline.note }, ...changes];
    }
    default:
      return assertNever(known);
  }
}

/** What differs, without what the build is known not to read, and each input with the way that found it. */
function changesSince(baseline: Baseline, now: Observation): Reason[] {
  const also = new Map(Object.entries(baseline.alsoRead ?? {}));
  return [
    ...compareFingerprints(baseline.fingerprint, now.fingerprint)
      .filter(({ path }) => path === undefined || now.unread?.has(path) !== true)
      .filter(({ kind, path = "" }) => kind !== "input-removed" || now.noLongerRead?.has(path) !== true)
      .map((reason) => explainInput(reason, now.closure ?? null, baseline.answer?.files ?? []))
      .map((reason) => explainWheel(reason, now.wheel ?? null)),
    ...compareInputs(also, now.alsoRead ?? also).map((reason): Reason => ({
      ...reason,
      by: "build",
      text: `${reason.text} (the last build read it)`,
    })),
  ];
}

/** Null, or all that changed, when the present outputs are whole and survive it. */
function survivedReasons(known: KnownBaseline, now: Observation, policy: Policy): Reason[] | null {
  if (known.kind !== "known" || policy.force || now.outputReasons.length > 0) return null;
  const { baseline } = known;
  return survivedDifferences(baseline, now.fingerprint, (fingerprint) =>
    changesSince(baseline, { ...now, fingerprint }),
  );
}

function verdictOf(
  known: KnownBaseline,
  now: Observation,
  policy: Policy,
  differences: readonly Reason[],
  isSurvived: boolean,
): Verdict {
  const stale = policy.force || differences.length > 0 || now.outputReasons.length > 0;
  if (!stale) return now.obstacles.length > 0 ? "blocked" : "fresh";
  if (now.foreign.length > 0) return "held";
  if (now.obstacles.length > 0) return "blocked";
  if (canRestore(known, now, policy) || isSurvived) return "restore";
  return now.operation !== null || now.buildObstacles.length > 0 ? "blocked" : "rebuild";
}

/** A kept build of exactly this state is as good as a new one, unless another file would be imported in its place. */
function canRestore(known: KnownBaseline, now: Observation, policy: Policy): boolean {
  const hidden = now.outputReasons.some((reason) => reason.kind === "output-shadowed");
  return now.hasSlot && !policy.force && !hidden && known.kind !== "unreadable";
}

function blockers(now: Observation): Reason[] {
  return [...now.obstacles, ...(now.operation === null ? [] : [now.operation]), ...now.buildObstacles];
}

const BUILD_FILE =
  /(^|\/)(CMakeLists\.txt|CMakePresets\.json|meson\.build|meson_options\.txt|setup\.py|setup\.cfg|pyproject\.toml)$|\.(cmake|py|toml|in)$/;

/** The lowest rung that can be right. Added and removed files start at reconfigure: a glob may pick them up. */
function levelOf(known: KnownBaseline, differences: readonly Reason[], strategy: Strategy): Level {
  if (strategy === "clean" || known.kind !== "known" || known.baseline.origin === "unproven") return "clean";
  const level = differences.map(levelOfReason);
  if (level.includes("clean") || differences.length === 0) return "clean";
  return level.includes("reconfigure") ? "reconfigure" : "incremental";
}

function levelOfReason(reason: Reason): Level {
  switch (reason.kind) {
    case "input-changed":
      return BUILD_FILE.test(reason.path ?? "") ? "reconfigure" : "incremental";
    case "input-added":
    case "input-removed":
      return "reconfigure";
    case "submodule-lag":
    case "output-missing":
    case "output-changed":
    case "output-shadowed":
    case "output-tracked":
    case "tool-changed":
    case "package-changed":
    case "env-changed":
    case "recipe-changed":
    case "no-baseline":
    case "baseline-unproven":
    case "baseline-unreadable":
    case "tree-moved-during-build":
    case "operation-in-progress":
    case "environment-elsewhere":
    case "commit-foreign":
    case "tool-missing":
    case "path-symlinked":
      return "clean";
    default:
      return assertNever(reason.kind);
  }
}
