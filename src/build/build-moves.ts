import type { Level, RepoPath } from "../model.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import { distributionFiles, findOutputs } from "./find-outputs.ts";
import { foreignOutputs } from "./foreign-outputs.ts";
import { objectFolder } from "./object-folder.ts";
import type { Plan } from "./transaction-plan.ts";

/** What a build puts aside before its recipe runs; a dry run lists the same. */
export interface BuildMoves extends Pick<Plan, "outputs" | "foreign" | "records" | "buildDirs" | "objects"> {
  /** Untracked files that the output globs name. */
  readonly matched: readonly RepoPath[];
}

/** The outputs by manifest or, before the first build, by globs; the distribution's files; at a clean level the build directories. */
export async function buildMoves(
  { ws, environment, tracked }: Pick<Observed, "ws" | "environment" | "tracked">,
  { extension, known }: ObservedExtension,
  level: Level,
): Promise<BuildMoves> {
  const baseline = known.kind === "known" ? known.baseline : null;
  const matched = findOutputs(ws.top, extension, tracked);
  const site = distributionFiles(extension, environment.interpreter);
  const listed = baseline?.outputs.map((output) => output.path) ?? [...matched, ...site.outputs];
  const outputs = listed.filter((path) => !tracked.has(path));
  return {
    matched,
    outputs,
    foreign: await foreignOutputs(ws.top, outputs, baseline?.outputs ?? []),
    records: site.records,
    buildDirs: level === "clean" ? extension.buildDirs : [],
    objects: level === "clean" ? objectFolder(ws, extension.name) : null,
  };
}
