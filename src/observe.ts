/** Fingerprint and outputs as they are now. Reads git, files and the toolchain; writes nothing, runs nothing of the tree. */
import { relative } from "node:path";
import { emptyGlobs, trackedOutputs } from "./build/find-outputs.ts";
import { loadConfig } from "./config/load.ts";
import type { KnownBaseline, Observation } from "./decide.ts";
import { checkEditable } from "./doctor/checks/editable.ts";
import { type Asker, chooseEnvironment } from "./fingerprint/choose-environment.ts";
import type { BuildEnvironment } from "./fingerprint/environment.ts";
import { type Externals, observeExternals } from "./fingerprint/external.ts";
import { makeFingerprint } from "./fingerprint/fingerprint.ts";
import { freshNeedsGit } from "./fingerprint/fresh-holds.ts";
import { alsoReadNow, inputsNow, unreadFiles } from "./fingerprint/inputs-now.ts";
import { installedLookup } from "./fingerprint/installed-lookup.ts";
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
import { type MayRun, untrackedOnly } from "./fingerprint/search-path.ts";
import { observeToolchain } from "./fingerprint/toolchain.ts";
import { mayHoldUntrackedInputs } from "./fingerprint/untracked-inputs.ts";
import { headCommit, isHeadLost } from "./git/history.ts";
import type { PathSet } from "./git/path-set.ts";
import { workTreeReader } from "./git/work-tree-reader.ts";
import { listUntracked, readTracked, type WorkTree } from "./git/work-tree.ts";
import type { Config, EnvironmentOfRecord, Extension, Output, Reason, RepoPath, Workspace } from "./model.ts";
import { type Result, ok, refuse } from "./report/failure.ts";
import { readBaseline } from "./store/baseline.ts";
import { readEnvironment } from "./store/environment.ts";
import { type Slot, findSlot } from "./store/slots.ts";

export interface ObservedExtension {
  readonly extension: Extension;
  readonly known: KnownBaseline;
  readonly observation: Observation;
  readonly slot: Slot | null;
  readonly inputs: ReadonlyMap<RepoPath, string>;
  readonly externals: Externals;
}

export interface Observed {
  readonly ws: Workspace;
  readonly config: Config;
  readonly environment: BuildEnvironment;
  /** Null: nothing was recorded yet, so `environment` is the present shell's. */
  readonly record: EnvironmentOfRecord | null;
  readonly tree: WorkTree;
  readonly tracked: PathSet;
  /** Refuses tools that git tracks. */
  readonly mayRun: MayRun;
  readonly head: string;
  readonly extensions: readonly ObservedExtension[];
  readonly lookedAtMs: number;
}

export interface ObserveRequest {
  readonly asker: Asker;
  /** Extensions to look at; null: all. An unknown name fails with E104. */
  readonly only: readonly string[] | null;
  /** The hook that asks runs while git still holds its marks of an operation that has in fact ended. */
  readonly ignoreOperation: boolean;
  /** `init`: look with the present shell and forget what was recorded. */
  readonly forgetRecord?: boolean;
}

/** Looks at the work tree. Expected failures: E102, E104, E11x, E120, E302. */
export async function observe(ws: Workspace, request: ObserveRequest): Promise<Result<Observed>> {
  const lookedAtMs = Date.now();
  const listing = freshNeedsGit(ws.stateDir) ? listUntracked(ws) : null; // runs while we go on
  const [head, trackedOnly] = await Promise.all([headCommit(ws), readTracked(ws)]);
  if (trackedOnly === null) return unreadableIndex();
  if (head === null && (await isHeadLost(ws))) {
    return refuse("E101", "the commit that HEAD names cannot be read. Nothing was changed.", "git fsck");
  }
  if (head === null) {
    return refuse(
      "E102",
      "this repository has no commit yet. Nothing was changed.",
      "git commit, then: rebuild-if-needed",
    );
  }
  const stored = readEnvironment(ws);
  if (!stored.ok) return stored;
  const record = { value: request.forgetRecord === true ? null : stored.value };
  const installed = installedLookup(record.value);
  const early = await loadConfig(ws, workTreeReader(ws.top, trackedOnly), installed);
  const hasNone = early.ok && !mayHoldUntrackedInputs(ws.top, trackedOnly, early.value.extensions);
  const untracked = hasNone ? [] : await (listing ?? listUntracked(ws));
  if (untracked === null) return unreadableIndex();
  const tree = { ...trackedOnly, untracked };
  const reader = workTreeReader(ws.top, tree);
  const config = untracked.length === 0 ? early : await loadConfig(ws, reader, installed);
  if (!config.ok) return config;
  const chosen = chooseExtensions(config.value, request.only);
  if (!chosen.ok) return chosen;
  const environment = await chooseEnvironment(ws, config.value, record.value, request.asker, (path) =>
    reader.isTracked(path),
  );
  if (!environment.ok) return environment;
  const { tracked } = tree;
  const mayRun = untrackedOnly(ws.top, (path) => tracked.has(relative(ws.top, path)));
  const base = {
    ws,
    config: config.value,
    environment: environment.value,
    record: record.value,
    tree,
    tracked,
    mayRun,
    head,
  };
  const extensions: ObservedExtension[] = [];
  for (const extension of chosen.value) {
    const observed = await observeExtension(base, extension, request);
    if (!observed.ok) return observed;
    extensions.push(observed.value);
  }
  return ok({ ...base, extensions, lookedAtMs });
}

function unreadableIndex(): Result<never> {
  return refuse("E101", "git cannot read this repository's index. Nothing was changed.", "git status");
}

type Base = Omit<Observed, "extensions" | "lookedAtMs">;

async function observeExtension(
  base: Base,
  configured: Extension,
  request: ObserveRequest,
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
      previous: baseline?.fingerprint.toolchain ?? null,
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
    operation: operationReason(ws, base.tree, request.ignoreOperation),
    foreign: [],
    hasSlot: slot !== null,
  };
  return ok({ extension, known: known.value, observation, slot, inputs: inputs.inputs, externals });
}

async function wheelNow(
  { ws, head }: Base,
  extension: Extension,
  inputs: ReadonlyMap<RepoPath, string>,
): Promise<Wheel> {
  const { findWheel } = await import("./fingerprint/precompiled-wheel.ts");
  return findWheel(ws, extension, head, inputs);
}

/** Output globs that a person configured and that the last build left empty: perhaps they are newer than it. */
function unmetGlobs(base: Base, extension: Extension, outputs: readonly Output[]): Reason[] {
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
async function usableSlot(base: Base, extension: Extension, fingerprint: string): Promise<Slot | null> {
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

function chooseExtensions(config: Config, only: readonly string[] | null): Result<readonly Extension[]> {
  if (only === null) return ok(config.extensions);
  const names = config.extensions.map((extension) => extension.name);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown === undefined)
    return ok(config.extensions.filter((extension) => only.includes(extension.name)));
  const message = `there is no extension "${unknown}" here; there is: ${names.join(", ")}. Nothing was changed.`;
  return refuse("E104", message, `rebuild-if-needed --extension ${names[0] ?? "NAME"}`);
}

/** Another extension's variables are not this one's business. */
function pick(variables: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => names.includes(name)));
}
