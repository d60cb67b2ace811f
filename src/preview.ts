/** What would a commit need? Trees are compared, nothing is checked out; the toolchain is taken as unchanged. */
import { trackedOutputs } from "./build/find-outputs.ts";
import type { TreeText } from "./closure/facts.ts";
import { combine, decide, type Observation } from "./decide.ts";
import { makeFingerprint } from "./fingerprint/fingerprint.ts";
import { inputsAt } from "./fingerprint/inputs-at.ts";
import { unreadFiles } from "./fingerprint/inputs-now.ts";
import { showPath } from "./git/path-bytes.ts";
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
  const tree = await revisions.at(commit);
  if (tree === null) return ok(null);
  const policy = { strategy: config.strategy, force: false };
  const decisions: ExtensionDecision[] = [];
  for (const part of observed.extensions) {
    const now = await observationAt(observed, part, tree);
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
  return ok(combine(judged, estimateMs(readHistory(ws), stale)));
}

async function observationAt(
  observed: Observed,
  part: ObservedExtension,
  tree: TreeText,
): Promise<Observation> {
  const { extension, observation, known } = part;
  const inputs = await inputsAt(observed.ws.top, extension, tree);
  const toolchain =
    known.kind === "known" ? known.baseline.fingerprint.toolchain : observation.fingerprint.toolchain;
  const fingerprint = makeFingerprint(extension, inputs, toolchain);
  const outputs = known.kind === "known" ? known.baseline.outputs : [];
  const interpreter = known.kind === "known" ? known.baseline.interpreter : null;
  const tracked = outputs.filter((output) => tree.ids.has(output.path)).map((output) => output.path);
  return {
    fingerprint,
    outputReasons: tracked.map(trackedReason),
    unread: known.kind === "known" ? unreadFiles(known.baseline, inputs) : new Set(),
    ...(known.kind === "known" ? { alsoRead: alsoReadAt(known.baseline, observed.tracked, tree) } : {}),
    closure: inputs.closure,
    obstacles: [],
    buildObstacles: [],
    operation: null,
    foreign: [],
    hasSlot:
      findSlot(
        observed.ws,
        extension.name,
        fingerprint.hash,
        trackedOutputs(extension, tree.ids.keys()),
        interpreter,
      ) !== null,
  };
}

/** Git tracks an output at the new end, and would write over the built file. */
export function trackedReason(path: RepoPath): Reason {
  return {
    kind: "output-tracked",
    path,
    text: `git itself would overwrite ${showPath(path)}: it is tracked there`,
  };
}

/** Ids in a commit of what the last build read beside its inputs; what git does not track stays as it is. */
function alsoReadAt(
  baseline: Baseline,
  tracked: ReadonlySet<RepoPath>,
  tree: TreeText,
): ReadonlyMap<RepoPath, string> {
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
