/** What would a commit need? Trees are compared, nothing is checked out; the toolchain is taken as unchanged. */
import { compileGlobs } from "./config/globs.ts";
import { trackedOutputs } from "./build/find-outputs.ts";
import { combine, decide, type Observation } from "./decide.ts";
import { compareInputs } from "./fingerprint/compare.ts";
import { makeFingerprint } from "./fingerprint/fingerprint.ts";
import { inputMatcher, sortIds } from "./fingerprint/inputs.ts";
import { linkId, linkTarget } from "./fingerprint/link-target.ts";
import { PYPROJECT, pyprojectId } from "./fingerprint/pyproject.ts";
import { COMMIT, LINK } from "./git/content-id.ts";
import { showPath } from "./git/path-bytes.ts";
import { diffRevisions, readFileAt, readRevision, type TreeChange } from "./git/revision-tree.ts";
import type { Decision, Extension, ExtensionDecision, Reason, RepoPath, Workspace } from "./model.ts";
import type { Observed, ObservedExtension } from "./observe.ts";
import { ok, type Result } from "./report/failure.ts";
import { foreignReasons } from "./run.ts";
import { estimateMs, readHistory } from "./store/history.ts";
import { findSlot } from "./store/slots.ts";

/** Decision for switching this work tree, as its baseline stands, to `commit`. Null: the commit cannot be read. */
export async function previewCommit(observed: Observed, commit: string): Promise<Result<Decision | null>> {
  const { ws, config } = observed;
  const tree = await readRevision(ws.top, commit);
  if (tree === null) return ok(null);
  const policy = { strategy: config.strategy, force: false };
  const decisions: ExtensionDecision[] = [];
  for (const part of observed.extensions) {
    const now = await observationAt(ws, part, tree, commit);
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

/** Decision for a pair of commits, neither of which is this work tree. Null: one cannot be read. */
export async function previewPair(observed: Observed, from: string, to: string): Promise<Decision | null> {
  const { ws } = observed;
  const changes = await diffRevisions(ws.top, from, to);
  if (changes === null) return null;
  const decisions: ExtensionDecision[] = [];
  for (const { extension, known } of observed.extensions) {
    const reasons = await pairReasons(ws, extension, changes, from, to);
    const outputs = known.kind === "known" ? known.baseline.outputs.map((output) => output.path) : [];
    const overwritten = overwrites(extension, outputs, changes);
    const all = [...overwritten, ...reasons];
    const stale = all.length > 0;
    decisions.push({
      name: extension.name,
      decision: stale ? "rebuild" : "fresh",
      ...(stale ? { level: "clean" as const } : {}),
      reasons: all,
      fingerprint: "",
    });
  }
  const stale = decisions.filter((one) => one.decision === "rebuild").map((one) => one.name);
  return combine(decisions, stale.length > 0 ? estimateMs(readHistory(ws), stale) : undefined);
}

async function observationAt(
  ws: Workspace,
  part: ObservedExtension,
  tree: ReadonlyMap<RepoPath, string>,
  commit: string,
): Promise<Observation> {
  const { extension, observation, known } = part;
  const inputs = await inputsAt(ws, extension, tree, commit);
  const toolchain =
    known.kind === "known" ? known.baseline.fingerprint.toolchain : observation.fingerprint.toolchain;
  const fingerprint = makeFingerprint(extension, inputs, toolchain);
  const outputs = known.kind === "known" ? known.baseline.outputs : [];
  const interpreter = known.kind === "known" ? known.baseline.interpreter : null;
  const tracked = outputs.filter((output) => tree.has(output.path)).map((output) => output.path);
  return {
    fingerprint,
    outputReasons: tracked.map(trackedReason),
    obstacles: [],
    buildObstacles: [],
    operation: null,
    foreign: [],
    hasSlot:
      findSlot(ws, extension.name, fingerprint.hash, trackedOutputs(extension, tree.keys()), interpreter) !==
      null,
  };
}

/** Inputs of an extension in a commit's tree. */
export async function inputsAt(
  ws: Workspace,
  extension: Extension,
  tree: ReadonlyMap<RepoPath, string>,
  commit: string,
): Promise<Map<RepoPath, string>> {
  const isInput = inputMatcher(extension.inputs);
  const ids = new Map([...tree].filter(([path, id]) => isInput(path, id.startsWith(COMMIT))));
  for (const [path, id] of [...ids].filter(([, one]) => one.startsWith(LINK))) {
    const text = await readFileAt(ws.top, commit, path);
    const target = text === null ? null : linkTarget(path, text);
    ids.set(path, linkId(id, target === null ? undefined : tree.get(target)));
  }
  if (tree.has(PYPROJECT) && !ids.has(PYPROJECT) && extension.pyprojectTables.length > 0) {
    const text = await readFileAt(ws.top, commit, PYPROJECT);
    if (text !== null) ids.set(PYPROJECT, await pyprojectId(text, extension.pyprojectTables));
  }
  return sortIds(ids);
}

async function pairReasons(
  ws: Workspace,
  extension: Extension,
  changes: readonly TreeChange[],
  from: string,
  to: string,
): Promise<Reason[]> {
  const isInput = inputMatcher(extension.inputs);
  const before = new Map<RepoPath, string>();
  const after = new Map<RepoPath, string>();
  for (const change of changes) {
    const isTables = change.path === PYPROJECT && !isInput(PYPROJECT, false);
    const isSubmodule =
      (change.from ?? change.to ?? "").startsWith(COMMIT) || (change.to ?? "").startsWith(COMMIT);
    if (!isTables && !isInput(change.path, isSubmodule)) continue;
    if (isTables && extension.pyprojectTables.length === 0) continue;
    const [old, now] = isTables
      ? await Promise.all([tablesAt(ws, from, extension), tablesAt(ws, to, extension)])
      : [change.from, change.to];
    if (old !== null) before.set(change.path, old);
    if (now !== null) after.set(change.path, now);
  }
  return compareInputs(before, after);
}

async function tablesAt(ws: Workspace, commit: string, extension: Extension): Promise<string | null> {
  const text = await readFileAt(ws.top, commit, PYPROJECT);
  return text === null ? null : pyprojectId(text, extension.pyprojectTables);
}

/**
 * Outputs that git itself would overwrite (tracked only at the new end) or remove (tracked only at the old one):
 * the work tree's ignored file is gone either way, without a native change (vllm#17347).
 */
function overwrites(
  extension: Extension,
  outputs: readonly string[],
  changes: readonly TreeChange[],
): Reason[] {
  const isOutput = compileGlobs(extension.outputs);
  return changes
    .filter(
      ({ path, from, to }) => (from === null) !== (to === null) && (outputs.includes(path) || isOutput(path)),
    )
    .map(({ path, from }) =>
      from === null
        ? trackedReason(path)
        : { kind: "output-missing", path, text: `git itself would remove ${showPath(path)}` },
    );
}

function trackedReason(path: RepoPath): Reason {
  return {
    kind: "output-tracked",
    path,
    text: `git itself would overwrite ${showPath(path)}: it is tracked there`,
  };
}

function withoutLevel(one: ExtensionDecision): ExtensionDecision {
  const { level: _level, ...rest } = one;
  return rest;
}
