/** The steps of a recipe; once more with half the load where memory ran out. */
import type { Observed, ObservedExtension } from "../observe.ts";
import { type Result, err, ok, refuse } from "../report/failure.ts";
import { cancelled, recipeFailure } from "./failed-build.ts";
import { planLevel } from "./levels.ts";
import { halve, loadText, loadVariables } from "./load.ts";
import { ranOutOfMemory } from "./log-causes.ts";
import { logSize, tailOf } from "./log-tail.ts";
import type { Planned } from "./prepare.ts";
import type { RebuildRequest } from "./rebuild-request.ts";
import { recipeEnvironment } from "./recipe-environment.ts";
import { resolveStep } from "./recipe.ts";
import { type RunResult, runRecipe } from "./runner.ts";

/** Runs a recipe to its end. Failures: E201, E209, E302, E304. What it made so far stays for a second try. */
export async function runSteps(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
  planned: Planned,
): Promise<Result<void>> {
  const { ws, environment, config } = observed;
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
  const recipe = await recipeEnvironment(observed, part, request);
  if (!recipe.ok) return recipe;
  const { variables, load } = recipe.value;
  const run = (more: NodeJS.ProcessEnv): Promise<RunResult> =>
    runRecipe({
      buildId: request.buildId,
      steps: steps.flatMap((step) => (step.kind === "step" ? [step.argv] : [])),
      cwd: ws.top,
      environment: { ...variables, ...planned.asking.environment, ...more },
      canceller: request.canceller,
      limitMs: config.timeLimitMs,
    });
  request.log.stage("build");
  const begin = logSize(request.outputPath);
  let result = await run({});
  const less = halve(load);
  if (less !== null && isOutOfMemory(result, request.outputPath, begin)) {
    request.log.note(`memory ran out with ${loadText(load)}: once more with ${loadText(less)}`);
    result = await run(loadVariables(less));
  }
  switch (result.kind) {
    case "good":
      return ok(undefined);
    case "cancelled":
      return err(cancelled());
    case "failed":
      return err(await recipeFailure(result.argv, result.how, request.outputPath));
  }
}

function isOutOfMemory(result: RunResult, log: string, begin: number): boolean {
  if (result.kind !== "failed") return false;
  return result.how === "killed by SIGKILL" || ranOutOfMemory(tailOf(log, begin));
}
