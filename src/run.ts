/** The whole flow: observe, decide, trust; then, in the builder: doctor, build, verify, observe again, record. */
import { combine, decide, type Policy } from "./decide.ts";
import { mayTellPins } from "./fingerprint/pinned-versions.ts";
import type { Decision, ExtensionDecision, Reason, Workspace } from "./model.ts";
import { observe, type Observed, type ObserveRequest } from "./observe.ts";
import { err, ok, type Result } from "./report/failure.ts";
import { estimateMs, readHistory } from "./store/history.ts";

export interface Look extends Observed {
  readonly decision: Decision;
}

/** One look: what is there, what it means, and whether it may be acted on. Changes nothing. */
export async function look(
  ws: Workspace,
  request: ObserveRequest & { readonly force?: boolean },
): Promise<Result<Look>> {
  const observed = await observe(ws, request);
  if (!observed.ok) return observed;
  const policy: Policy = { strategy: observed.value.config.strategy, force: request.force ?? false };
  const untrusted = decideAll(observed.value, policy, []);
  const idle = untrusted.every((one) => one.decision === "fresh");
  const foreign: Result<readonly Reason[]> = idle ? ok([]) : await foreignReasons(ws);
  if (!foreign.ok) return foreign;
  const decisions = idle ? untrusted : await tell(ws, decideAll(observed.value, policy, foreign.value));
  const stale = decisions.filter((one) => one.decision === "rebuild").map((one) => one.name);
  const estimate = stale.length > 0 ? estimateMs(readHistory(ws), stale) : undefined;
  return ok({ ...observed.value, decision: combine(decisions, estimate) });
}

async function tell(
  ws: Workspace,
  decisions: readonly ExtensionDecision[],
): Promise<readonly ExtensionDecision[]> {
  if (!mayTellPins(decisions)) return decisions;
  const { tellPinsHere } = await import("./fingerprint/pinned-versions-here.ts");
  return tellPinsHere(ws.top, decisions);
}

function decideAll(observed: Observed, policy: Policy, foreign: readonly Reason[]): ExtensionDecision[] {
  return observed.extensions.map(({ extension, known, observation }) =>
    decide(extension.name, known, { ...observation, foreign }, policy),
  );
}

/**
 * Trust is asked only when something would be done: a fresh tree needs none.
 * @param revision default: what is checked out.
 */
export async function foreignReasons(ws: Workspace, revision?: string): Promise<Result<readonly Reason[]>> {
  const { judgeTrust } = await import("./trust/trust.ts");
  const trust = await judgeTrust(ws, revision);
  if (trust.kind === "trusted") return ok([]);
  if (trust.failure !== undefined) return err(trust.failure);
  const reasons = trust.commits.map(({ id, subject, author }): Reason => ({
    kind: "commit-foreign",
    to: id,
    text: `${id.slice(0, 9)} "${subject}" by ${author} is neither upstream nor made here`,
  }));
  return ok(reasons);
}
