import { join } from "node:path";
import { recordOf } from "../fingerprint/environment.ts";
import type { Baseline, Extension, RepoPath, Workspace } from "../model.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import { type Asking, beginAsking } from "./answer/ask.ts";
import { buildMoves } from "./build-moves.ts";
import { watchedFolders } from "./find-outputs.ts";
import { listFiles } from "./foreign-files.ts";
import { type BuildOf, type HalfBuilt, findHalfBuilt } from "./half-built.ts";
import { stampAll } from "./input-stamps.ts";
import { tailOf } from "./log-tail.ts";
import { outputLogPath } from "./build-folder.ts";
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
  /** What the build goes on with. */
  readonly halfBuilt: HalfBuilt | null;
}

/** Plans the transaction and begins it: from here on everything old is aside, with stand-ins in its place. */
export async function start(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
): Promise<{ transaction: Transaction; planned: Planned }> {
  const { ws, environment } = observed;
  const { extension, known } = part;
  const baseline = known.kind === "known" ? known.baseline : null;
  const moves = await buildMoves(observed, part, request.level);
  const { matched, outputs, foreign } = moves;
  const ours = isOurBuild(baseline) ? baseline.buildDirFiles : null;
  request.log.stage("put aside");
  const halfBuilt =
    request.level === "clean" && !request.fromNothing
      ? findHalfBuilt(ws, request.buildId, buildOf(observed, part, await stampAll(ws, part)))
      : null;
  if (halfBuilt !== null) request.log.note(resumeText(ws, halfBuilt));
  const transaction = await begin(ws, {
    kind: "build",
    buildId: request.buildId,
    extension: extension.name,
    interpreter: environment.interpreter,
    outputs,
    foreign,
    records: moves.records,
    buildDirs: moves.buildDirs,
    objects: moves.objects,
    halfBuilt,
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
  return { transaction, planned: { outputs, foreign, matchedBefore, foreignBuildFiles, asking, halfBuilt } };
}

/** What a build is of, for telling whether another one may go on with what it made. */
export function buildOf(
  { environment }: Observed,
  { extension, observation }: ObservedExtension,
  stamps: ReadonlyMap<string, string>,
): BuildOf {
  const { hash } = observation.fingerprint;
  return {
    extension: extension.name,
    interpreter: environment.interpreter?.path ?? null,
    fingerprint: hash,
    stamps,
  };
}

/** ninja counts from where it goes on, so what was left in the end is in its last line, which counts a failed step as done. */
function resumeText(ws: Workspace, { buildId, steps }: HalfBuilt): string {
  const log = tailOf(outputLogPath(ws, buildId), 0);
  const [, done = "0", all = "0"] = [...log.matchAll(/^\s*\[(\d+)\/(\d+)\] /gm)].at(-1) ?? [];
  const failed = log.match(/^\s*FAILED: /gm)?.length ?? 0;
  const left = Number(all) - Number(done) + failed;
  return left > 0 ? `resuming at ${steps}/${steps + left}` : `resuming: ${steps} steps are done`;
}

/** Only what a build of ours left in the build directories is known to be ours. */
export function isOurBuild(baseline: Baseline | null): baseline is Baseline {
  return baseline !== null && (baseline.origin === "built" || baseline.origin === "restored");
}

/** All files in the build directories of an extension. */
export function buildFiles(ws: Workspace, extension: Extension): RepoPath[] {
  return extension.buildDirs.flatMap((folder) => listFiles(ws.top, join(ws.top, folder)));
}
