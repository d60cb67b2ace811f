import { childEnvironment } from "../fingerprint/environment.ts";
import { compileCommand } from "../fingerprint/precompiled.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import { loadVariables, type Load } from "./load.ts";
import { ok, refuse, type Result } from "../report/failure.ts";
import { cacheLogPath } from "./build-folder.ts";
import { objectVariables } from "./object-folder.ts";
import type { RebuildRequest } from "./rebuild-request.ts";

/** Variables of a recipe, and how many compilers they let run at once. */
export interface RecipeEnvironment {
  readonly variables: NodeJS.ProcessEnv;
  readonly load: Load;
}

/**
 * What a recipe runs in: the environment of record, as many jobs as the machine has room for (a number that a person
 * set stays), and the commit whose wheel it is to install, where it installs one. Fails with E304 when no wheel is of
 * this source.
 */
export async function recipeEnvironment(
  observed: Observed,
  part: ObservedExtension,
  { buildId, level }: Pick<RebuildRequest, "buildId" | "level">,
): Promise<Result<RecipeEnvironment>> {
  const wheel = await wheelVariables(observed, part);
  if (!wheel.ok) return wheel;
  const { chooseJobs, readMachine } = await import("./jobs.ts");
  const child = childEnvironment(observed.environment, process.env);
  if (child["REBUILD_IF_NEEDED_CA"] !== undefined)
    child["NODE_EXTRA_CA_CERTS"] = child["REBUILD_IF_NEEDED_CA"];
  const hasCuda = part.extension.tools.includes("nvcc");
  const nvccThreads = Number(child["NVCC_THREADS"] ?? 1) || 1;
  const maxJobs = child["MAX_JOBS"];
  const { jobs } = chooseJobs({
    ...readMachine(),
    hasCuda,
    nvccThreads,
    ...(maxJobs === undefined ? {} : { maxJobs }),
  });
  const load = { jobs: Number(maxJobs) || jobs, nvccThreads };
  const variables = {
    ...loadVariables({ jobs, nvccThreads: 0 }),
    CCACHE_STATSLOG: cacheLogPath(observed.ws, buildId), // a list of hits and misses, and no part of what is cached
    PIP_VERBOSE: "1", // else pip keeps to itself how far the build is, and shows its output when it has failed
    ...(level === "clean" ? objectVariables(observed.ws, part.extension, child) : {}),
    ...child,
    ...wheel.value,
  };
  return ok({ variables, load });
}

/** Asked anew: a look that found all fresh did not ask, and HEAD may have moved since. */
async function wheelVariables(
  { ws }: Observed,
  { extension, inputs }: ObservedExtension,
): Promise<Result<Readonly<Record<string, string>>>> {
  const { wheel: source, precompiled } = extension;
  if (source === undefined || precompiled === undefined) return ok({});
  const { findWheel } = await import("../fingerprint/precompiled-wheel.ts");
  const { commit, obstacles } = await findWheel(ws, extension, "HEAD", inputs);
  const [obstacle] = obstacles;
  if (obstacle !== undefined)
    return refuse("E304", `${obstacle.text}. Your previous build is untouched.`, compileCommand(extension));
  return ok(source.kind === "upstream" && commit !== null ? { [precompiled.commit]: commit } : {});
}
