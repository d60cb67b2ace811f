import { join } from "node:path";
import { recordOf } from "../fingerprint/environment.ts";
import type { Baseline, Extension, RepoPath, Workspace } from "../model.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import { type Asking, beginAsking } from "./answer/ask.ts";
import { distributionFiles, findOutputs, watchedFolders } from "./find-outputs.ts";
import { listFiles } from "./foreign-files.ts";
import { foreignOutputs } from "./foreign-outputs.ts";
import { stamp } from "./output-files.ts";
import type { RebuildRequest } from "./rebuild-request.ts";
import { type Transaction, begin } from "./transaction.ts";

/** What the extension's outputs are before the recipe runs, by manifest or, before the first build, by its globs. */
export interface Planned {
  readonly outputs: readonly string[];
  readonly foreign: ReadonlySet<string>;
  readonly matchedBefore: ReadonlyMap<string, string>;
  /** Files in build directories that stay where they are, and are not ours. */
  readonly foreignBuildFiles: ReadonlySet<RepoPath>;
  readonly asking: Asking;
}

/** Plans the transaction and begins it: from here on everything old is aside, with stand-ins in its place. */
export async function start(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
): Promise<{ transaction: Transaction; planned: Planned }> {
  const { ws, environment, tracked } = observed;
  const { extension, known } = part;
  const baseline = known.kind === "known" ? known.baseline : null;
  const matched = findOutputs(ws.top, extension, tracked);
  const site = distributionFiles(extension, environment.interpreter);
  const listed = baseline?.outputs.map((output) => output.path) ?? [...matched, ...site.outputs];
  const outputs = listed.filter((path) => !tracked.has(path));
  const foreign = await foreignOutputs(ws.top, outputs, baseline?.outputs ?? []);
  const ours = isOurBuild(baseline) ? baseline.buildDirFiles : null;
  request.log.stage("put aside");
  const transaction = await begin(ws, {
    kind: "build",
    buildId: request.buildId,
    extension: extension.name,
    interpreter: environment.interpreter,
    outputs,
    foreign,
    records: site.records,
    buildDirs: request.level === "clean" ? extension.buildDirs : [],
    buildDirFiles: ours?.filter((path) => !foreign.has(path)) ?? null, // an output in there that was edited is a person's
    watched: watchedFolders(ws.top, extension, [...outputs, ...matched]),
    keepTimes: request.level !== "clean",
    environment: request.isTyped ? recordOf(environment, new Date().toISOString()) : null,
  });
  const matchedBefore = new Map(matched.map((path) => [path, stamp(ws, path)]));
  const own = new Set(ours);
  const present = request.level === "clean" ? [] : buildFiles(ws, extension);
  const foreignBuildFiles = new Set(present.filter((path) => !own.has(path)));
  const asking = await beginAsking(observed, part, request);
  return { transaction, planned: { outputs, foreign, matchedBefore, foreignBuildFiles, asking } };
}

/** Only what a build of ours left in the build directories is known to be ours. */
export function isOurBuild(baseline: Baseline | null): baseline is Baseline {
  return baseline !== null && (baseline.origin === "built" || baseline.origin === "restored");
}

/** All files in the build directories of an extension. */
export function buildFiles(ws: Workspace, extension: Extension): RepoPath[] {
  return extension.buildDirs.flatMap((folder) => listFiles(ws.top, join(ws.top, folder)));
}
