/** What would a commit need? Trees are compared, nothing is checked out; the toolchain is taken as unchanged. */
import { trackedOutputs } from "./build/find-outputs.ts";
import type { TreeText } from "./closure/facts.ts";
import { combine, decide, type Observation } from "./decide.ts";
import { outputsAfter } from "./fingerprint/destroyed-outputs.ts";
import { isSubmoduleId } from "./fingerprint/choose-inputs.ts";
import { makeFingerprint } from "./fingerprint/fingerprint.ts";
import { inputsAt } from "./fingerprint/inputs-at.ts";
import { unreadFiles } from "./fingerprint/inputs-now.ts";
import { inputMatcher } from "./fingerprint/inputs.ts";
import { mayTellPins, tellPins } from "./fingerprint/pinned-versions.ts";
import { findWheel } from "./fingerprint/precompiled-wheel.ts";
import { PYPROJECT } from "./fingerprint/pyproject.ts";
import { treeAfter } from "./fingerprint/tree-after.ts";
import type { PathSet } from "./git/path-set.ts";
import type { Revisions } from "./git/revisions.ts";
import type { Baseline, Decision, ExtensionDecision, Reason, RepoPath } from "./model.ts";
import type { Observed, ObservedExtension } from "./observe.ts";
import { ok, type Result } from "./report/failure.ts";
import { foreignReasons } from "./run.ts";
import { estimateMs, readHistory } from "./store/history.ts";
import { findSlot } from "./store/slots.ts";

/** Decision for switching this work tree, as its baseline stands, to `commit`. Null: the commit cannot be read. */
export async function previewCommit(
  observed: Observed,
  revisions: Revisions,
  commit: string,
): Promise<Result<Decision | null>> {
  const { ws, config } = observed;
  const [from, to] = await Promise.all([revisions.at(observed.head), revisions.at(commit)]);
  if (from === null || to === null) return ok(null);
  const after = await treeAfter({
    ws,
    work: observed.tree,
    from,
    to,
    isWanted: wantedBy(observed.extensions),
    submodules: new Map(observed.extensions.flatMap((part) => [...part.inputs])),
  });
  const policy = { strategy: config.strategy, force: false };
  const decisions: ExtensionDecision[] = [];
  for (const part of observed.extensions) {
    const now = await observationAt(observed, part, commit, to, after);
    decisions.push(decide(part.extension.name, part.known, now, policy));
  }
  const idle = decisions.every((one) => one.decision === "fresh");
  const foreign: Result<readonly Reason[]> = idle ? ok([]) : await foreignReasons(ws, commit);
  if (!foreign.ok) return foreign;
  const judged = decisions.map((one) =>
    one.decision === "fresh" || foreign.value.length === 0
      ? one
      : { ...withoutLevel(one), decision: "held" as const, reasons: [...foreign.value, ...one.reasons] },
  );
  const stale = judged.filter((one) => one.decision === "rebuild").map((one) => one.name);
  const told = mayTellPins(judged) ? await tellPins(judged, (id) => revisions.text(id)) : judged;
  return ok(combine(told, estimateMs(readHistory(ws), stale)));
}

async function observationAt(
  observed: Observed,
  part: ObservedExtension,
  to: string,
  commit: TreeText,
  after: TreeText,
): Promise<Observation> {
  const { extension, observation, known } = part;
  const inputs = await inputsAt(observed.ws.top, extension, after);
  const toolchain =
    known.kind === "known" ? known.baseline.fingerprint.toolchain : observation.fingerprint.toolchain;
  const { externals } = known.kind === "known" ? known.baseline.fingerprint : observation.fingerprint;
  const found = { ...inputs, ...(externals === undefined ? {} : { externals }) };
  const fingerprint = makeFingerprint(extension, found, toolchain);
  const wheel = await findWheel(observed.ws, extension, to, inputs.inputs);
  const interpreter = known.kind === "known" ? known.baseline.interpreter : null;
  const present = observation.outputReasons;
  return {
    fingerprint,
    outputReasons:
      known.kind === "known" ? outputsAfter(known.baseline, present, observed.tracked, commit.ids) : [],
    unread: known.kind === "known" ? unreadFiles(known.baseline, inputs) : new Set(),
    ...(known.kind === "known" ? { alsoRead: alsoReadAt(known.baseline, observed.tracked, commit) } : {}),
    closure: inputs.closure,
    noLongerRead: extension.guessed ? noLongerRead(part, inputs.inputs, commit) : new Set(),
    obstacles: [],
    buildObstacles: wheel.obstacles,
    wheel: wheel.commit,
    operation: null,
    foreign: [],
    hasSlot:
      findSlot(
        observed.ws,
        extension.name,
        fingerprint.hash,
        trackedOutputs(extension, commit.ids.keys()),
        interpreter,
      ) !== null,
  };
}

/** What a rule names, or a build was made of: of other local files the content does not matter. */
function wantedBy(parts: readonly ObservedExtension[]): (path: RepoPath) => boolean {
  const matchers = parts.map(({ extension }) => inputMatcher(extension.inputs));
  const known = new Set(parts.flatMap((part) => [...part.inputs.keys(), ...baselineInputs(part)]));
  return (path) => path === PYPROJECT || known.has(path) || matchers.some((matches) => matches(path, true));
}

function baselineInputs({ known }: ObservedExtension): RepoPath[] {
  if (known.kind !== "known") return [];
  const { inputs, bystanders = {} } = known.baseline.fingerprint;
  return [...Object.keys(inputs), ...Object.keys(bystanders)];
}

/** What the baseline's build read by the tree's text alone, and nothing reads in the commit, where it still is. */
function noLongerRead(
  part: ObservedExtension,
  inputs: ReadonlyMap<RepoPath, string>,
  commit: TreeText,
): ReadonlySet<RepoPath> {
  const isRule = inputMatcher(part.extension.inputs);
  const left = baselineInputs(part).filter((path) => commit.ids.has(path) && !inputs.has(path));
  return new Set(left.filter((path) => !isRule(path, isSubmoduleId(commit.ids.get(path) ?? ""))));
}

/** Ids in a commit of what the last build read beside its inputs; what git does not track stays as it is. */
function alsoReadAt(baseline: Baseline, tracked: PathSet, tree: TreeText): ReadonlyMap<RepoPath, string> {
  const ids = new Map<RepoPath, string>();
  for (const [path, id] of Object.entries(baseline.alsoRead ?? {})) {
    const there = tree.ids.get(path) ?? (tracked.has(path) ? undefined : id);
    if (there !== undefined) ids.set(path, there);
  }
  return ids;
}

function withoutLevel(one: ExtensionDecision): ExtensionDecision {
  const { level: _level, ...rest } = one;
  return rest;
}
