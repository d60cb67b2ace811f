/** What the builder does with outputs that survive what changed: verify them, and only if that fails build. */
import { decide } from "../decide.ts";
import type { ExtensionDecision } from "../model.ts";
import type { ObservedExtension } from "../observe.ts";
import { summarise } from "../report/reasons.ts";
import { duration } from "../report/terminal.ts";
import type { Look } from "../run.ts";
import { recordAttempt, tellFailure, type Run } from "./builder-run.ts";
import { keepPresent } from "./keep-present.ts";

/** Verifies the outputs where they are. @returns an exit code, or null: they are not good, so a rebuild it is. */
export async function keepSurvivor(
  run: Run,
  looked: Look,
  part: ObservedExtension,
  one: ExtensionDecision,
): Promise<number | null> {
  const startedMs = Date.now();
  const { buildId, trigger } = run.request;
  const reasons = summarise(one.reasons);
  run.log.tell({ event: "extension", name: one.name, action: "restore", reasons });
  run.log.stage("verify");
  const kept = await keepPresent(looked, part, {
    buildId,
    isTyped: trigger === "typed",
    canceller: run.canceller,
  });
  const elapsedMs = Date.now() - startedMs;
  if (!kept.ok && kept.failure.code === "E202") {
    run.log.note(kept.failure.message);
    run.lines.push(`${one.name}: ${kept.failure.message} So it is rebuilt`);
    return null;
  }
  recordAttempt(run, looked, one, elapsedMs, kept.ok ? null : kept.failure);
  if (!kept.ok) return tellFailure(run, kept.failure);
  run.lines.push(`verified as it is: ${one.name} in ${duration(elapsedMs)} (${reasons[0] ?? ""})`);
  return 0;
}

/** The decision of the same look, had nothing been known of what the outputs survive. */
export function decideAnew(looked: Look, part: ObservedExtension): ExtensionDecision {
  const { known, observation, extension } = part;
  const policy = { strategy: looked.config.strategy, force: false };
  if (known.kind !== "known") return decide(extension.name, known, observation, policy);
  const { survives: _survives, ...baseline } = known.baseline;
  return decide(extension.name, { kind: "known", baseline }, observation, policy);
}
