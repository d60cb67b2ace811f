/** What would a pull from one commit to another need, when neither is this work tree? Two trees are compared. */
import { combine } from "./decide.ts";
import { destroyedBetween } from "./fingerprint/destroyed-outputs.ts";
import { compareChoices, compareInputs } from "./fingerprint/compare.ts";
import { diffPlaces } from "./fingerprint/diff-places.ts";
import { explainInput } from "./fingerprint/explain-input.ts";
import { inputsAt, type InputsAt } from "./fingerprint/inputs-at.ts";
import { candidateMatcher, inputMatcher } from "./fingerprint/inputs.ts";
import { tellPins } from "./fingerprint/pinned-versions.ts";
import { countByPart } from "./fingerprint/parts/count-by-part.ts";
import { COMMIT, LINK } from "./git/content-id.ts";
import type { Revisions } from "./git/revisions.ts";
import type { TreeChange } from "./git/revision-tree.ts";
import { leftOutBy } from "./git/sparse.ts";
import type { WorkTree } from "./git/work-tree.ts";
import type { Decision, Extension, ExtensionDecision, Reason, RepoPath } from "./model.ts";
import type { Observed } from "./observe.ts";
import { estimateMs, readHistory } from "./store/history.ts";

/** Decision for a pair of commits. Null: one cannot be read. */
export async function previewPair(
  observed: Observed,
  revisions: Revisions,
  from: string,
  to: string,
): Promise<Decision | null> {
  const changes = await revisions.diff(from, to);
  if (changes === null) return null;
  const isLeftOut = leftOutBy(observed.ws, observed.tree.entries);
  const decisions: ExtensionDecision[] = [];
  for (const { extension, known } of observed.extensions) {
    const reasons =
      extension.guessed || hasLinks(extension, observed.tree, changes)
        ? await treeReasons(observed.ws.top, extension, revisions, changes, from, to)
        : await ruleReasons(extension, revisions, changes);
    if (reasons === null) return null;
    const baseline = known.kind === "known" ? known.baseline : null;
    const also = alsoReadReasons(Object.keys(baseline?.alsoRead ?? {}), changes);
    const found = [...destroyedBetween(extension, baseline, changes), ...reasons, ...also];
    const all = found.filter(({ path }) => path === undefined || !isLeftOut(path));
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
  return combine(
    await tellPins(decisions, (id) => revisions.text(id)),
    stale.length > 0 ? estimateMs(readHistory(observed.ws), stale) : undefined,
  );
}

/** Pathspecs for `Revisions.diff`: behind a link of the tree any change may matter. */
export function changesThatCount({ extensions, tree }: Observed): string[] {
  if (extensions.some(({ extension }) => hasLinks(extension, tree, []))) return [];
  return diffPlaces(
    extensions.map(({ extension, known }) => ({
      extension,
      baseline: known.kind === "known" ? known.baseline : null,
    })),
  );
}

/** Where the rules alone decide, only what differs is looked at. */
async function ruleReasons(
  extension: Extension,
  revisions: Revisions,
  changes: readonly TreeChange[],
): Promise<Reason[]> {
  const isInput = candidateMatcher(extension);
  const chosen = changes.filter(({ path, from, to }) =>
    isInput(path, (from ?? to ?? "").startsWith(COMMIT) || (to ?? "").startsWith(COMMIT)),
  );
  const end = async (side: "from" | "to"): Promise<ReadonlyMap<RepoPath, string>> => {
    const ids = idsAt(chosen, side);
    const read = async (paths: readonly RepoPath[]): Promise<Map<RepoPath, string>> => {
      const texts = new Map<RepoPath, string>();
      for (const path of paths) {
        const text = await revisions.text(ids.get(path) ?? "");
        if (text !== null) texts.set(path, text);
      }
      return texts;
    };
    return (await countByPart(ids, extension, read)).ids;
  };
  return compareInputs(await end("from"), await end("to")).map((reason) => explainInput(reason, null, []));
}

function idsAt(changes: readonly TreeChange[], side: "from" | "to"): Map<RepoPath, string> {
  return new Map(changes.flatMap((change) => (change[side] === null ? [] : [[change.path, change[side]]])));
}

/** True when a compiler may read a changed file under the name of a link that did not change. */
function hasLinks(extension: Extension, work: WorkTree, changes: readonly TreeChange[]): boolean {
  const matches = inputMatcher(extension.inputs);
  const changed = changes.filter(
    ({ from, to }) => from?.startsWith(LINK) === true || to?.startsWith(LINK) === true,
  );
  const present = work.entries.filter((entry) => entry.mode === "120000");
  return [...changed, ...present].some(({ path }) => matches(path, true));
}

/** Where text decides what is an input, at either end. A pair that touches nothing which could be one costs no reading. */
async function treeReasons(
  top: string,
  extension: Extension,
  revisions: Revisions,
  changes: readonly TreeChange[],
  from: string,
  to: string,
): Promise<Reason[] | null> {
  if (changes.length === 0) return [];
  const [before, now] = await Promise.all([
    inputsOf(top, extension, revisions, from),
    inputsOf(top, extension, revisions, to),
  ]);
  if (before === null || now === null) return null;
  // A file that no rule names is no reason where it is as it was and only what reads it changed.
  const [old, young] = extension.guessed
    ? await Promise.all([revisions.at(from), revisions.at(to)])
    : [null, null];
  return compareChoices(before, now)
    .filter(({ kind, path = "" }) => kind !== "input-removed" || young?.ids.has(path) !== true)
    .filter(({ kind, path = "", to: id }) => kind !== "input-added" || old?.ids.get(path) !== id)
    .map((reason) =>
      explainInput(reason, reason.kind === "input-removed" ? before.closure : now.closure, []),
    );
}

/** What the last build here was seen to read and neither rule nor text names. */
function alsoReadReasons(paths: readonly RepoPath[], changes: readonly TreeChange[]): Reason[] {
  const changed = changes.filter(({ path }) => paths.includes(path));
  return compareInputs(idsAt(changed, "from"), idsAt(changed, "to")).map((reason): Reason => ({
    ...reason,
    by: "build",
  }));
}

async function inputsOf(
  top: string,
  extension: Extension,
  revisions: Revisions,
  commit: string,
): Promise<InputsAt | null> {
  const tree = await revisions.at(commit);
  return tree === null ? null : inputsAt(top, extension, tree);
}
