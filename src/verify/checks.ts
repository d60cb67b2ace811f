import type { Interpreter } from "../model.ts";
import type { Contract } from "./contract.ts";
import { type FindName, foundNames, lookupsFor } from "./contract/look-up.ts";
import type { NativeName } from "./contract/native-names.ts";
import { type Findings, mergeFindings } from "./findings.ts";
import { absentPackage } from "./apart.ts";
import { importRoots, outputModules } from "./import-roots.ts";
import type { Inspection } from "./inspect.ts";
import { type OutputModule, judgeImports } from "./judge-imports.ts";
import { judgeLibraries, judgeShadows, judgeSources } from "./judge-libraries.ts";
import { judgeOperators } from "./judge-operators.ts";
import { loadLibraries } from "./load.ts";
import type { OutputFiles } from "./output-files.ts";
import { type ProbeBudget, type Probed, describeEnd, probeAll } from "./probe-all.ts";
import { NO_LOOKUPS, type ProbeRequest } from "./probe.ts";

export interface CheckRequest {
  readonly top: string;
  readonly interpreter: Interpreter;
  readonly environment: NodeJS.ProcessEnv;
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  readonly files: OutputFiles;
  readonly contract: Contract;
  /** What reading said of the libraries. */
  readonly inspections: readonly Inspection[];
  readonly isApart: boolean;
  /** What sources and callers name; it is looked for where the libraries are loaded. */
  readonly names: readonly NativeName[];
}

export interface Checked extends Findings {
  readonly schemas: Readonly<Record<string, readonly string[]>>;
  readonly foundOf: FindName;
}

const NOTHING: Probed = { events: [], deaths: new Map(), alone: new Set(), failure: null };

/**
 * Two interpreters at the same time: one loads the libraries alone, one imports what is required. In one and
 * the same, a library that is loaded already would hide that a package fails to load it.
 */
export async function runChecks(request: CheckRequest): Promise<Checked> {
  const { top, interpreter, files, contract, inspections, names, isApart } = request;
  const { operators } = contract;
  const budget = { python: interpreter.path, environment: request.environment, deadline: request.deadline };
  const modules = outputModules(files, contract, interpreter);
  const work = {
    roots: importRoots(top, modules, contract, interpreter, isApart),
    sources: [],
    libraries: [],
    modules: [],
    operators,
    keys: contract.kernels.map(({ key }) => key),
    lookups: NO_LOOKUPS,
  };
  const lookups = lookupsFor(names, modules);
  const [loaded, imported] = await Promise.all([
    loadOutputs({ ...work, sources: files.sources, lookups }, inspections, modules, budget),
    probeIfAny({ ...work, modules: contract.modules }, budget),
  ]);
  const own = new Set(modules.map(({ module }) => module.split(".")[0] ?? ""));
  const absent = (error: string): string | null => (isApart ? absentPackage(error, own) : null);
  const registered = judgeOperators(contract, [loaded, imported], absent);
  const findings = mergeFindings([
    startFailures([loaded, imported]),
    judgeLibraries(top, inspections, loaded, absent),
    judgeSources(top, files.sources, loaded),
    judgeShadows(top, [...files.libraries, ...files.sources], loaded),
    judgeImports(top, contract, modules, imported, absent),
    registered,
  ]);
  return { ...findings, schemas: registered.schemas, foundOf: foundNames(loaded, files.libraries, modules) };
}

function loadOutputs(
  request: ProbeRequest,
  inspections: readonly Inspection[],
  modules: readonly OutputModule[],
  budget: ProbeBudget,
): Promise<Probed> {
  const names = new Map(modules.map(({ path, module }) => [path, module]));
  const worthLoading = inspections.filter(({ ok, isUnresolved, lacksTorch }) =>
    ok === null ? !lacksTorch : ok || isUnresolved,
  );
  const libraries = worthLoading.map(({ path, needsTorch }) => ({
    path,
    module: names.get(path) ?? "",
    torch: needsTorch,
    byName: false,
  }));
  const suspects = new Set(inspections.filter(({ isUnresolved }) => isUnresolved).map(({ path }) => path));
  if (libraries.length === 0 && request.sources.length === 0) return Promise.resolve(NOTHING);
  return loadLibraries({ ...request, libraries }, suspects, budget);
}

function probeIfAny(request: ProbeRequest, budget: ProbeBudget): Promise<Probed> {
  const isEmpty = request.modules.length === 0 && request.operators.length === 0;
  return isEmpty ? Promise.resolve(NOTHING) : probeAll(request, budget);
}

function startFailures(probes: readonly Probed[]): Findings {
  const failure = probes.find((probed) => probed.failure !== null)?.failure ?? null;
  if (failure === null) return { problems: [], warnings: [] };
  return {
    problems: [{ subject: "the interpreter", text: describeEnd(failure, "start the checks") }],
    warnings: [],
  };
}
