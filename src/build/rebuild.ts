/** One extension, from the doctor to the commit point. Everything is as before unless the last line is reached. */
import { lstatSync, readFileSync } from "node:fs";
import { basename, join, posix } from "node:path";
import type { DoctorRequest } from "../doctor/doctor.ts";
import { childEnvironment, recordOf, type BuildEnvironment } from "../fingerprint/environment.ts";
import { stampInputs } from "../fingerprint/inputs.ts";
import { outputPath } from "../fingerprint/output-path.ts";
import { readOutputs } from "../fingerprint/outputs.ts";
import { encodePath, showPath } from "../git/path-bytes.ts";
import type { Baseline, Extension, Level, RepoPath, Workspace } from "../model.ts";
import { observe, type Observed, type ObservedExtension } from "../observe.ts";
import { err, failure, ok, refuse, type Failure, type Result } from "../report/failure.ts";
import type { Quarantined } from "../store/quarantine.ts";
import { stateUnwritable } from "../store/state-file.ts";
import type { BuildLog } from "./build-log.ts";
import {
  distributionFiles,
  emptyGlobs,
  findOutputs,
  packageFolders,
  trackedOutputs,
  watchedFolders,
} from "./find-outputs.ts";
import { listFiles } from "./foreign-files.ts";
import { foreignOutputs } from "./foreign-outputs.ts";
import { planLevel } from "./levels.ts";
import { BUILD_VARIABLE, endProcessesOf } from "./process-group.ts";
import { resolveStep } from "./recipe.ts";
import { runRecipe, type Canceller } from "./runner.ts";
import { begin, commit, filesMade, holdsStandIn, rollBack, type Transaction } from "./transaction.ts";

export interface RebuildRequest {
  readonly buildId: string;
  readonly level: Level;
  readonly isTyped: boolean;
  readonly canceller: Canceller;
  readonly log: BuildLog;
  readonly outputPath: string;
}

export interface Rebuilt {
  readonly baseline: Baseline;
  readonly moved: readonly Quarantined[];
  readonly warnings: readonly string[];
}

/** A build whose inputs moved is tried once more; if they move again, it stops and names the file (E203). */
const TRIES = 2;
const PROBE_TIMEOUT_MS = 300_000;

export async function rebuild(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
): Promise<Result<Rebuilt>> {
  const { ws } = observed;
  const healthy = await examine(observed, part, request.log);
  if (!healthy.ok) return healthy;
  try {
    const { transaction, planned } = await start(observed, part, request);
    try {
      const built = await attempt(observed, part, request, transaction, planned);
      if (built.ok) {
        const moved = commit(ws, transaction, built.value.baseline, true);
        return ok({ ...built.value, moved });
      }
      request.log.stage("roll back");
      const hadNone = planned.outputs.length === 0;
      for (const file of await rollBack(ws, transaction.journal)) {
        request.log.note(`moved aside: ${file.path} -> ${file.keptAt} (${file.why})`);
      }
      return hadNone ? withoutPrevious(built) : withoutLost(observed, part, built);
    } catch (error) {
      await rollBack(ws, transaction.journal);
      throw error;
    }
  } catch (error) {
    return stateUnwritable(ws.stateDir, error);
  }
}

const PREVIOUS = /Your previous build is (untouched|in place)\./;

/** The state that a failed first build leaves things in. */
function withoutPrevious<T>(result: Result<T>): Result<T> {
  if (result.ok) return result;
  const { code, message, next, exit } = result.failure;
  const told = message.replace(PREVIOUS, "There was no build before, and there is none now.");
  return err({ code, message: told, next, exit });
}

/** Never claims a previous build that the recipe has destroyed together with what was put aside. */
function withoutLost<T>(observed: Observed, part: ObservedExtension, result: Result<T>): Result<T> {
  const outputs = part.known.kind === "known" ? part.known.baseline.outputs : [];
  const lost = outputs.find((one) => !observed.tracked.has(one.path) && !isThere(observed.ws, one.path));
  if (result.ok || lost === undefined) return result;
  const { code, message, next, exit } = result.failure;
  const text = `${showPath(lost.path)} of your previous build is gone: the recipe deleted what was put aside.`;
  return err({ code, message: message.replace(PREVIOUS, text), next, exit });
}

/** The doctor: what is certain to fail is told before anything moves. */
async function examine(observed: Observed, part: ObservedExtension, log: BuildLog): Promise<Result<void>> {
  log.stage("doctor");
  const { runDoctor } = await import("../doctor/doctor.ts");
  const findings = await runDoctor(doctorRequest(observed, part));
  for (const finding of findings) if (finding.level === "warning") log.note(`${finding.text} ${finding.fix}`);
  const error = findings.find((finding) => finding.level === "error");
  if (error === undefined) return ok(undefined);
  return refuse("E304", `${error.text}. Nothing was moved or run.`, error.fix);
}

export function doctorRequest(observed: Observed, part: ObservedExtension): DoctorRequest {
  const { ws, environment, tree } = observed;
  const outputs = part.known.kind === "known" ? part.known.baseline.outputs : [];
  return {
    ws,
    extension: part.extension,
    interpreter: environment.interpreter,
    path: environment.path,
    variables: environment.variables,
    toolchain: part.observation.fingerprint.toolchain,
    readTree: (path) => {
      try {
        return readFileSync(join(ws.top, path), "utf8");
      } catch {
        return null;
      }
    },
    trackedPaths: tree.entries.map((entry) => entry.path),
    outputsBytes: outputs.reduce((sum, output) => sum + output.size, 0),
  };
}

/** What the extension's outputs are before the recipe runs, by manifest or, before the first build, by its globs. */
interface Planned {
  readonly outputs: readonly string[];
  readonly foreign: ReadonlySet<string>;
  readonly matchedBefore: ReadonlyMap<string, string>;
  /** Files in build directories that stay where they are, and are not ours. */
  readonly foreignBuildFiles: ReadonlySet<RepoPath>;
}

async function start(
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
    buildDirFiles: isOurBuild(baseline) ? baseline.buildDirFiles : null,
    watched: watchedFolders(ws.top, extension, [...outputs, ...matched]),
    keepTimes: request.level !== "clean",
    environment: request.isTyped ? recordOf(environment, new Date().toISOString()) : null,
  });
  const matchedBefore = new Map(matched.map((path) => [path, stamp(ws, path)]));
  const own = new Set(isOurBuild(baseline) ? baseline.buildDirFiles : []);
  const present = request.level === "clean" ? [] : buildFiles(ws, extension);
  const foreignBuildFiles = new Set(present.filter((path) => !own.has(path)));
  return { transaction, planned: { outputs, foreign, matchedBefore, foreignBuildFiles } };
}

async function attempt(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
  transaction: Transaction,
  planned: Planned,
): Promise<Result<Omit<Rebuilt, "moved">>> {
  let present = part;
  for (let tries = 1; ; tries++) {
    const stamps = stampInputs(observed.ws.top, present.inputs.keys());
    const recipe = await runSteps(observed, present, request);
    if (!recipe.ok) return recipe;
    const outputs = await collect(observed, present, request, transaction, planned);
    if (!outputs.ok) return outputs;
    request.log.stage("verify");
    const verified = await verify(observed, present.extension, outputs.value, request);
    if (request.canceller.asked) return cancelled();
    if (!verified.ok) return verified;
    request.log.stage("observe again");
    const again = await observeAgain(observed, present, request);
    if (request.canceller.asked) return cancelled();
    if (!again.ok) return again;
    const movedPath = movedSince(observed.ws, stamps, again.value);
    if (
      movedPath === null &&
      again.value.observation.fingerprint.hash === present.observation.fingerprint.hash
    ) {
      return ok({
        baseline: await makeBaseline(observed, again.value, request, planned, outputs.value),
        warnings: verified.value,
      });
    }
    const name = showPath(movedPath ?? "the toolchain");
    if (tries === TRIES) {
      const message = `${name} moved during the build, twice. Your previous build is untouched.`;
      const next = `if the recipe writes it: git-ignore it, or leave it out by inputs = [..., "!${name}"]; then: rebuild-if-needed`;
      return refuse("E203", message, next);
    }
    request.log.note(`${name} moved during the build (tree-moved-during-build): building once more`);
    present = again.value;
  }
}

async function runSteps(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
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
  request.log.stage("build");
  const result = await runRecipe({
    buildId: request.buildId,
    steps: steps.flatMap((step) => (step.kind === "step" ? [step.argv] : [])),
    cwd: ws.top,
    environment: await recipeEnvironment(environment, part),
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

function cancelled<T>(): Result<T> {
  return refuse("E209", "cancelled. Your previous build is in place.", "rebuild-if-needed");
}

async function recipeEnvironment(
  environment: BuildEnvironment,
  part: ObservedExtension,
): Promise<NodeJS.ProcessEnv> {
  const { chooseJobs, readMachine } = await import("./jobs.ts");
  const child = childEnvironment(environment, process.env);
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
  return { MAX_JOBS: String(jobs), CMAKE_BUILD_PARALLEL_LEVEL: String(jobs), ...child };
}

async function recipeFailure(argv: readonly string[], how: string, log: string): Promise<Failure> {
  const { causeOf } = await import("./log-causes.ts");
  const text = readFileSync(log, "utf8");
  const cause = causeOf(text);
  const lines = text
    .trimEnd()
    .split("\n")
    .slice(-6)
    .map((line) => `  ${line}`);
  const head = `build failed (${basename(argv[0] ?? "")}, ${how}). Your previous build is untouched.`;
  const why = cause === null ? "" : `\n${cause.cause}`;
  const next = cause === null ? "" : `${cause.fix}; then: `;
  return failure("E201", `${head}${why}\n${lines.join("\n")}\nLog: ${log}`, `${next}rebuild-if-needed`);
}

/** The new manifest's paths, or why this is no build: nothing made, a glob left empty, an output not rebuilt. */
async function collect(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
  transaction: Transaction,
  planned: Planned,
): Promise<Result<readonly string[]>> {
  const { ws, environment, tracked } = observed;
  const { extension } = part;
  const matched = findOutputs(ws.top, extension, tracked);
  const packages = packageFolders(ws.top, [...planned.outputs, ...matched]);
  const made = (await filesMade(ws, transaction)).filter((path) => isIn(packages, path));
  const site = distributionFiles(extension, environment.interpreter).outputs;
  const ours = new Set(planned.outputs);
  const fresh = matched.filter(
    (path) => ours.has(path) || planned.matchedBefore.get(path) !== stamp(ws, path),
  );
  const all = [...new Set([...planned.outputs, ...fresh, ...made, ...site])].filter((path) =>
    isThere(ws, path),
  );
  const untouched = all.filter((path) => holdsStandIn(transaction, outputPath(ws.top, path)));
  const outputs = all.filter(
    (path) => !untouched.includes(path) || request.level !== "clean" || isCopied(ws, part, path),
  );
  const left = untouched.filter((path) => !outputs.includes(path) && isStillNamed(ws, part, path));
  if (left.length > 0) {
    const message = `not rebuilt: ${left.map(showPath).join(", ")} still holds the old build. Your previous build is untouched.`;
    return refuse("E202", message, `look at the recipe's log: ${request.outputPath}`);
  }
  const empty = emptyGlobs(extension.configuredOutputs ?? [], [
    ...outputs,
    ...trackedOutputs(extension, tracked),
  ]);
  if (empty.length > 0 || outputs.length === 0) {
    const globs = empty.length > 0 ? empty : extension.outputs;
    const message = `the recipe ended well, but nothing matches ${globs.join(", ")}. Your previous build is untouched.`;
    return refuse("E204", message, `mend "outputs" or the recipe; its log: ${request.outputPath}`);
  }
  return ok(outputs);
}

function isIn(folders: readonly RepoPath[], path: RepoPath): boolean {
  return folders.some((folder) => (folder === "" ? !path.includes("/") : path.startsWith(`${folder}/`)));
}

/** A copied text whose source did not change need not be copied again (`cmake -E copy_if_different`). */
function isCopied(ws: Workspace, part: ObservedExtension, path: string): boolean {
  if (path.endsWith(".so")) return false;
  const content = readFileSync(encodePath(outputPath(ws.top, path)));
  return [...part.inputs.keys()]
    .filter((input) => posix.basename(input) === posix.basename(path))
    .some((input) => isThere(ws, input) && readFileSync(encodePath(join(ws.top, input))).equals(content));
}

/** False when no build file speaks of the module any more: then it is not "not rebuilt" but no longer built. */
function isStillNamed(ws: Workspace, part: ObservedExtension, path: string): boolean {
  const stem = posix.basename(path).split(".")[0] ?? "";
  const isBuildFile =
    /(^|\/)(CMakeLists\.txt|meson\.build|setup\.(py|cfg)|pyproject\.toml|[^/]*\.(cmake|py))$/;
  const named = [...part.inputs.keys()].filter((input) => isBuildFile.test(input) && isThere(ws, input));
  if (named.length === 0) return true;
  return named.some((input) => readFileSync(encodePath(join(ws.top, input)), "utf8").includes(stem));
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

async function observeAgain(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
): Promise<Result<ObservedExtension>> {
  const again = await observe(observed.ws, {
    asker: request.isTyped ? "person" : "event",
    only: [part.extension.name],
    ignoreOperation: true,
  });
  if (!again.ok) return again;
  const [one] = again.value.extensions;
  return one === undefined
    ? refuse("E105", "the extension is no longer configured.", "rebuild-if-needed")
    : ok(one);
}

/** The first input that was written, added or removed since, even if its content is back; null: none. */
function movedSince(
  ws: Workspace,
  stamps: ReadonlyMap<string, string>,
  now: ObservedExtension,
): string | null {
  const present = stampInputs(ws.top, now.inputs.keys());
  for (const [path, value] of present) if (stamps.get(path) !== value) return path;
  for (const path of stamps.keys()) if (!present.has(path)) return path;
  return null;
}

async function makeBaseline(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
  planned: Planned,
  outputs: readonly string[],
): Promise<Baseline> {
  const { ws } = observed;
  return {
    version: 1,
    extension: part.extension.name,
    interpreter: observed.environment.interpreter?.path ?? null,
    buildId: request.buildId,
    origin: "built",
    commit: observed.head,
    at: new Date().toISOString(),
    note: "",
    fingerprint: part.observation.fingerprint,
    outputs: await readOutputs(ws.top, outputs),
    trackedOutputs: trackedOutputs(part.extension, observed.tracked),
    buildDirFiles: buildFiles(ws, part.extension).filter((path) => !planned.foreignBuildFiles.has(path)),
  };
}

/** Only what a build of ours left in the build directories is known to be ours. */
function isOurBuild(baseline: Baseline | null): baseline is Baseline {
  return baseline !== null && (baseline.origin === "built" || baseline.origin === "restored");
}

function buildFiles(ws: Workspace, extension: Extension): RepoPath[] {
  return extension.buildDirs.flatMap((folder) => listFiles(ws.top, join(ws.top, folder)));
}

function isThere(ws: Workspace, path: string): boolean {
  return lstatSync(encodePath(outputPath(ws.top, path)), { throwIfNoEntry: false })?.isFile() ?? false;
}

function stamp(ws: Workspace, path: string): string {
  const stat = lstatSync(encodePath(outputPath(ws.top, path)), { bigint: true, throwIfNoEntry: false });
  return stat ? `${stat.ino}:${stat.ctimeNs}` : "absent";
}
