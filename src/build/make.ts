/** The recipe of one extension, and what it made held against the contract. */
import type { SeenNames } from "../model.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import { type Result, ok, refuse } from "../report/failure.ts";
import { problemText } from "../verify/findings.ts";
import { collect } from "./collect-outputs.ts";
import type { Planned } from "./prepare.ts";
import type { RebuildRequest } from "./rebuild-request.ts";
import { runSteps } from "./run-steps.ts";
import type { Transaction } from "./transaction.ts";
import { verifyPresent } from "./verify-present.ts";

/** The recipe: the paths of what it made, as in a manifest. */
export async function make(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
  transaction: Transaction,
  planned: Planned,
): Promise<Result<readonly string[]>> {
  const recipe = await runSteps(observed, part, request, planned);
  return recipe.ok ? collect(observed, part, request, transaction, planned) : recipe;
}

/** A build that verifies. */
export interface Verified {
  readonly outputs: readonly string[];
  readonly warnings: readonly string[];
  readonly names: SeenNames;
}

/** Holds what the recipe made against the contract. E202 says little if the tree moved meanwhile. */
export async function verifyMade(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
  outputs: readonly string[],
): Promise<Result<Verified>> {
  request.log.stage("verify");
  const report = await verifyPresent(observed, part, outputs, request);
  if (report.ok) {
    const { seenNames } = await import("../verify/contract/judge-names.ts");
    const warnings = report.warnings.map((warning) => `${warning.subject}: ${warning.text}`);
    return ok({ outputs, warnings, names: seenNames(report.names) });
  }
  const [first] = report.problems;
  const lines = report.problems.slice(0, 5).map(problemText);
  const message = `verification failed: ${lines.join("; ")}. Your previous build is untouched.`;
  return refuse("E202", message, first?.next ?? "rebuild-if-needed");
}
