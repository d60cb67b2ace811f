/** The recipe of one extension, and what it made held against the contract. */
import { childEnvironment } from "../fingerprint/environment.ts";
import { outputPath } from "../fingerprint/output-path.ts";
import type { Extension } from "../model.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import { type Result, err, ok, refuse } from "../report/failure.ts";
import { collect } from "./collect-outputs.ts";
import { cancelled, recipeFailure } from "./failed-build.ts";
import { planLevel } from "./levels.ts";
import type { Planned } from "./prepare.ts";
import { BUILD_VARIABLE, endProcessesOf } from "./process-group.ts";
import type { RebuildRequest } from "./rebuild-request.ts";
import { recipeEnvironment } from "./recipe-environment.ts";
import { resolveStep } from "./recipe.ts";
import { runRecipe } from "./runner.ts";
import type { Transaction } from "./transaction.ts";

const PROBE_TIMEOUT_MS = 300_000;

/** The recipe, and what it made held against the contract. A failure says little if the tree moved meanwhile. */
export async function make(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
  transaction: Transaction,
  planned: Planned,
): Promise<Result<{ readonly outputs: readonly string[]; readonly warnings: readonly string[] }>> {
  const recipe = await runSteps(observed, part, request, planned);
  if (!recipe.ok) return recipe;
  const outputs = await collect(observed, part, request, transaction, planned);
  if (!outputs.ok) return outputs;
  request.log.stage("verify");
  const verified = await verify(observed, part.extension, outputs.value, request);
  return verified.ok ? ok({ outputs: outputs.value, warnings: verified.value }) : verified;
}

async function runSteps(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
  planned: Planned,
): Promise<Result<void>> {
  const { ws, environment } = observed;
  const context = { top: ws.top, interpreter: environment.interpreter, path: environment.path };
  const steps = planLevel(part.extension.recipe, request.level).map((argv) => resolveStep(argv, context));
  const missing = steps.find((step) => step.kind === "missing");
  if (missing?.kind === "missing") {
    return refuse(
      "E302",
      `${missing.program} is not on the recorded PATH.`,
      "install it, then: rebuild-if-needed",
    );
  }
  const variables = await recipeEnvironment(observed, part, request.buildId);
  if (!variables.ok) return variables;
  request.log.stage("build");
  const result = await runRecipe({
    buildId: request.buildId,
    steps: steps.flatMap((step) => (step.kind === "step" ? [step.argv] : [])),
    cwd: ws.top,
    environment: { ...variables.value, ...planned.asking.environment },
    canceller: request.canceller,
  });
  switch (result.kind) {
    case "good":
      return ok(undefined);
    case "cancelled":
      return cancelled();
    case "failed":
      return err(await recipeFailure(result.argv, result.how, request.outputPath));
  }
}

async function verify(
  observed: Observed,
  extension: Extension,
  outputs: readonly string[],
  request: RebuildRequest,
): Promise<Result<readonly string[]>> {
  const { verifyOutputs } = await import("../verify/verify.ts");
  const { ws, environment } = observed;
  const stop = request.canceller.onAsk(() => endProcessesOf(request.buildId));
  const report = await verifyOutputs({
    top: ws.top,
    outputs: outputs.map((path) => outputPath(ws.top, path)),
    require: extension.require,
    interpreter: environment.interpreter,
    environment: { ...childEnvironment(environment, process.env), [BUILD_VARIABLE]: request.buildId },
    timeoutMs: PROBE_TIMEOUT_MS,
    probe: true,
  });
  stop();
  if (report.ok) return ok(report.warnings.map((warning) => `${warning.subject}: ${warning.text}`));
  const [first] = report.problems;
  const lines = report.problems
    .slice(0, 5)
    .map((one) => `${one.subject}: ${one.text}${one.cause ? ` (${one.cause})` : ""}`);
  const message = `verification failed: ${lines.join("; ")}. Your previous build is untouched.`;
  return refuse("E202", message, first?.next ?? "rebuild-if-needed");
}
