/** One extension as it is now: what `observe` does for each. */
import { emptyGlobs, trackedOutputs } from "./build/find-outputs.ts";
import type { Observation } from "./decide.ts";
import { checkEditable } from "./doctor/checks/editable.ts";
import { observeExternals } from "./fingerprint/external.ts";
import { makeFingerprint } from "./fingerprint/fingerprint.ts";
import { alsoReadNow, inputsNow, unreadFiles } from "./fingerprint/inputs-now.ts";
import {
  lagReason,
  lostInterpreter,
  lostTools,
  missingPrograms,
  namedPart,
  operationReason,
  symlinked,
} from "./fingerprint/obstacles.ts";
import type { Wheel } from "./fingerprint/precompiled-wheel.ts";
import { asPrecompiled, meantVariables } from "./fingerprint/precompiled.ts";
import { compareOutputs } from "./fingerprint/outputs.ts";
import { observeToolchain } from "./fingerprint/toolchain.ts";
import type { Extension, Output, Reason, RepoPath } from "./model.ts";
import { type Result, ok } from "./report/failure.ts";
import { readBaseline } from "./store/baseline.ts";
import { type Slot, findSlot } from "./store/slots.ts";
import type { Observed, ObservedExtension, ObserveRequest } from "./observe.ts";

/** What all extensions of a look have in common. */
export type LookBase = Omit<Observed, "extensions" | "lookedAtMs">;

/** Fingerprint, outputs and obstacles of one extension. Fails with E120. */
export async function observeExtension(
  base: LookBase,
  configured: Extension,
  { ignoreOperation, seen }: Pick<ObserveRequest, "ignoreOperation" | "seen">,
): Promise<Result<ObservedExtension>> {
  const { ws, environment } = base;
  const extension = asPrecompiled(configured, environment.variables);
  const interpreter = environment.interpreter;
  const known = readBaseline(ws, extension.name, interpreter?.path ?? null);
  if (!known.ok) return known;
  const baseline = known.value.kind === "known" ? known.value.baseline : null;
  const variables = meantVariables(extension, pick(environment.variables, extension.environment));
  const [inputs, toolchain] = await Promise.all([
    inputsNow(ws, base.tree, extension, baseline),
    observeToolchain({
      environment: { ...environment, variables },
      interpreter,
      roles: extension.tools,
      packages: extension.packages,
      recipe: extension.recipe,
      top: ws.top,
      previous: seen?.get(extension.name) ?? baseline?.fingerprint.toolchain ?? null,
      mayRun: base.mayRun,
    }),
  ]);
  const externals = await observeExternals(ws.top, extension, variables);
  const found = { ...inputs, externals: externals.ids };
  const fingerprint = makeFingerprint(extension, found, toolchain, baseline?.fingerprint);
  const also = await alsoReadNow(ws, base.tree, baseline);
  const outputs = baseline?.outputs ?? [];
  const outputReasons = [
    ...(await compareOutputs(ws.top, outputs, base.tracked, interpreter)),
    ...(baseline === null ? [] : unmetGlobs(base, extension, outputs)),
  ];
  const isSame = baseline?.fingerprint.hash === fingerprint.hash && outputReasons.length === 0;
  const slot = isSame ? null : await usableSlot(base, extension, fingerprint.hash);
  const wheel =
    isSame || extension.wheel === undefined ? null : await wheelNow(base, extension, inputs.inputs);
  const bases = extension.outputs
    .filter((glob) => !glob.startsWith("!"))
    .map(namedPart)
    .filter((path) => path !== "");
  const paths = [...new Set([...outputs.map((output) => output.path), ...bases, ...extension.buildDirs])];
  const observation: Observation = {
    fingerprint,
    outputReasons,
    unread: baseline === null ? new Set() : unreadFiles(baseline, inputs),
    alsoRead: also,
    closure: inputs.closure,
    noLongerRead: inputs.noLongerRead ?? new Set(),
    obstacles: [
      ...lostInterpreter(environment),
      ...symlinked(ws, paths),
      ...inputs.lagging.map(lagReason),
      ...(interpreter === null
        ? []
        : checkEditable(ws.top, extension.distribution, interpreter.sitePackages)),
    ],
    wheel: wheel?.commit ?? null,
    buildObstacles: [
      ...externals.obstacles,
      ...(wheel?.obstacles ?? []),
      ...missingPrograms(ws, extension, environment),
      ...lostTools(baseline, toolchain),
    ],
    operation: operationReason(ws, base.tree, ignoreOperation),
    foreign: [],
    hasSlot: slot !== null,
  };
  return ok({ extension, known: known.value, observation, slot, inputs: inputs.inputs, externals });
}

async function wheelNow(
  { ws, head }: LookBase,
  extension: Extension,
  inputs: ReadonlyMap<RepoPath, string>,
): Promise<Wheel> {
  const { findWheel } = await import("./fingerprint/precompiled-wheel.ts");
  return findWheel(ws, extension, head, inputs);
}

/** Output globs that a person configured and that the last build left empty: perhaps they are newer than it. */
function unmetGlobs(base: LookBase, extension: Extension, outputs: readonly Output[]): Reason[] {
  const configured = extension.configuredOutputs ?? [];
  if (configured.length === 0) return [];
  const paths = outputs.map((output) => output.path);
  const empty = emptyGlobs(configured, paths);
  const unmet = empty.length === 0 ? [] : emptyGlobs(empty, trackedOutputs(extension, base.tracked));
  return unmet.map((glob) => ({
    kind: "output-missing",
    path: glob,
    text: `no output of the last build matches ${glob}`,
  }));
}

/** A kept build of this fingerprint with nothing in it that git tracks now, and nothing that it read changed since. */
async function usableSlot(base: LookBase, extension: Extension, fingerprint: string): Promise<Slot | null> {
  const tracked = trackedOutputs(extension, base.tracked);
  const slot = findSlot(
    base.ws,
    extension.name,
    fingerprint,
    tracked,
    base.environment.interpreter?.path ?? null,
  );
  if (slot === null || slot.baseline.outputs.some((output) => base.tracked.has(output.path))) return null;
  const also = Object.entries(slot.baseline.alsoRead ?? {});
  const present = await alsoReadNow(base.ws, base.tree, slot.baseline);
  if (also.some(([path, id]) => present.get(path) !== id)) return null;
  return unmetGlobs(base, extension, slot.baseline.outputs).length === 0 ? slot : null;
}

/** Another extension's variables are not this one's business. */
function pick(variables: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => names.includes(name)));
}
