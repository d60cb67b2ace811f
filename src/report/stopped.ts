import type { Decision } from "../model.ts";
import { failure, type Failure } from "./failure.ts";
import { summarise } from "./reasons.ts";

/** E301 for a held decision, E302 for a blocked one: what stands in the way and what to type. */
export function stoppedFailure(decision: Decision): Failure {
  const isHeld = decision.decision === "held";
  const worst = decision.extensions.filter((one) => one.decision === decision.decision);
  const names = worst.map((one) => one.name).join(", ");
  const foreign = worst[0]?.reasons.filter((reason) => reason.kind === "commit-foreign") ?? [];
  if (isHeld) {
    const [first] = foreign;
    const more = foreign.length > 1 ? `, and so are ${foreign.length - 1} more` : "";
    const message = `held: ${names} needs work, but ${first?.text ?? "HEAD is foreign"}${more}. Nothing was run.`;
    return failure("E301", message, "review it, then: rebuild-if-needed allow");
  }
  const [first, ...more] = summarise(worst[0]?.reasons ?? []);
  const rest = more.length > 0 ? ` (${more.join("; ")})` : "";
  return failure(
    "E302",
    `blocked: ${names}: ${first ?? "unknown"}${rest}. Nothing was changed.`,
    nextFor(decision),
  );
}

function nextFor(decision: Decision): string {
  const reasons = decision.extensions.flatMap((one) => one.reasons);
  const lag = reasons.find((reason) => reason.kind === "submodule-lag");
  if (lag?.path !== undefined) return `git submodule update --init --recursive ${lag.path}`;
  if (reasons.some((reason) => reason.kind === "operation-in-progress")) return "git status";
  return "rebuild-if-needed doctor";
}
