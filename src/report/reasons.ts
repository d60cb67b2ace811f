/** Pure: reasons for people, most telling first. */
import { showPath } from "../git/path-bytes.ts";
import type { Decision, Reason, ReasonKind } from "../model.ts";

/** First what forbids to act, then what is known of the present build, then what moved, ground before sources. */
const RANKS: Readonly<Record<ReasonKind, number>> = {
  "commit-foreign": 0,
  "environment-elsewhere": 1,
  "operation-in-progress": 2,
  "submodule-lag": 3,
  "tool-missing": 4,
  "path-symlinked": 5,
  "no-baseline": 6,
  "baseline-unreadable": 7,
  "baseline-unproven": 8,
  "tree-moved-during-build": 9,
  "output-missing": 10,
  "output-changed": 11,
  "output-shadowed": 12,
  "output-tracked": 13,
  "tool-changed": 14,
  "package-changed": 15,
  "env-changed": 16,
  "recipe-changed": 17,
  "input-changed": 18,
  "input-added": 19,
  "input-removed": 20,
};

/** One line for each of the first `limit` reasons, and one that counts the rest by kind. */
export function summarise(reasons: readonly Reason[], limit = 5): string[] {
  const sorted = reasons.toSorted((a, b) => RANKS[a.kind] - RANKS[b.kind]);
  const lines = sorted.slice(0, limit).map((reason) => showPath(reason.text));
  const rest = sorted.slice(limit);
  return rest.length === 0 ? lines : [...lines, `and ${rest.length} more: ${countKinds(rest)}`];
}

function countKinds(reasons: readonly Reason[]): string {
  const counts = new Map<ReasonKind, number>();
  for (const { kind } of reasons) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(", ");
}

/** The most telling reason of a decision, and how many more there are. */
export function firstReason(decision: Decision): string {
  const reasons = decision.extensions.flatMap((one) => one.reasons);
  const [first = "something moved"] = summarise(reasons, 1);
  return reasons.length > 1 ? `${first} and ${reasons.length - 1} more` : first;
}
