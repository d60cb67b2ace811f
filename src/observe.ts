/** Fingerprint and outputs as they are now. Reads git, files and the toolchain; writes nothing, runs nothing of the tree. */
import { relative } from "node:path";
import { loadConfig } from "./config/load.ts";
import type { KnownBaseline, Observation } from "./decide.ts";
import { type Asker, chooseEnvironment } from "./fingerprint/choose-environment.ts";
import type { BuildEnvironment } from "./fingerprint/environment.ts";
import type { Externals } from "./fingerprint/external.ts";
import { freshNeedsGit } from "./fingerprint/fresh-holds.ts";
import { installedLookup } from "./fingerprint/installed-lookup.ts";
import { type MayRun, untrackedOnly } from "./fingerprint/search-path.ts";
import { mayHoldUntrackedInputs } from "./fingerprint/untracked-inputs.ts";
import { headCommit, isHeadLost } from "./git/history.ts";
import type { PathSet } from "./git/path-set.ts";
import { workTreeReader } from "./git/work-tree-reader.ts";
import { listUntracked, readTracked, type WorkTree } from "./git/work-tree.ts";
import type { Config, EnvironmentOfRecord, Extension, RepoPath, Toolchain, Workspace } from "./model.ts";
import { type Result, ok, refuse } from "./report/failure.ts";
import { readEnvironment } from "./store/environment.ts";
import type { Slot } from "./store/slots.ts";
import { observeExtension } from "./observe-extension.ts";

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
  /** By extension, what another look saw a moment ago: of it only what has moved since is read again. */
  readonly seen?: SeenToolchains;
}

export type SeenToolchains = ReadonlyMap<string, Toolchain>;

/** For a look that comes soon after this one. */
export function seenIn(looked: Pick<Observed, "extensions">): SeenToolchains {
  return new Map(looked.extensions.map((one) => [one.extension.name, one.observation.fingerprint.toolchain]));
}

/** The part of it that no baseline holds, for a look by another process; undefined: nothing. */
export function seenFirst(looked: Pick<Observed, "extensions">): Record<string, Toolchain> | undefined {
  const first = looked.extensions.filter(({ known, observation }) => {
    const before = known.kind === "known" ? known.baseline.fingerprint.toolchain : null;
    return JSON.stringify(before) !== JSON.stringify(observation.fingerprint.toolchain);
  });
  return first.length === 0 ? undefined : Object.fromEntries(seenIn({ extensions: first }));
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

function chooseExtensions(config: Config, only: readonly string[] | null): Result<readonly Extension[]> {
  if (only === null) return ok(config.extensions);
  const names = config.extensions.map((extension) => extension.name);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown === undefined)
    return ok(config.extensions.filter((extension) => only.includes(extension.name)));
  const message = `there is no extension "${unknown}" here; there is: ${names.join(", ")}. Nothing was changed.`;
  return refuse("E104", message, `rebuild-if-needed --extension ${names[0] ?? "NAME"}`);
}
