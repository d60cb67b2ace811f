import { existsSync } from "node:fs";
import { join } from "node:path";
import { encodePath } from "../git/path-bytes.ts";
import type { Interpreter } from "../model.ts";
import { type Contract, parseContract } from "./contract.ts";
import { type Findings, type Problem, mergeFindings } from "./findings.ts";
import { type Inspection, inspectFully } from "./inspect.ts";
import { type OutputModule, judgeImports, judgeOperators } from "./judge-imports.ts";
import { judgeLibraries, judgeShadows, judgeSources } from "./judge-libraries.ts";
import { loadLibraries } from "./load.ts";
import { modulePlace } from "./module-name.ts";
import { type OutputFiles, sortOutputs } from "./output-files.ts";
import { type ProbeBudget, type Probed, describeEnd, probeAll } from "./probe-all.ts";
import type { ProbeRequest } from "./probe.ts";

export type { Problem } from "./findings.ts";

export interface VerifyRequest {
  readonly top: string;
  /** Absolute paths. */
  readonly outputs: readonly string[];
  /** `module`, `module:name` or `torch.ops.<namespace>.<operator>`. */
  readonly require: readonly string[];
  readonly interpreter: Interpreter | null;
  readonly environment: NodeJS.ProcessEnv;
  /** For all that is run together. */
  readonly timeoutMs: number;
  /** False: read only, run nothing of the outputs. */
  readonly probe: boolean;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly checked: { readonly libraries: number; readonly modules: number; readonly names: number };
  /** Schemas of the required operators that were found, by `torch.ops...` name. */
  readonly schemas: Readonly<Record<string, readonly string[]>>;
  readonly elapsedMs: number;
}

interface Ran extends Findings {
  readonly schemas: VerifyReport["schemas"];
}

/** Holds outputs against the contract: by reading their files, then in fresh interpreters. */
export async function verifyOutputs(request: VerifyRequest): Promise<VerifyReport> {
  const started = performance.now();
  const files = sortOutputs(request.top, request.outputs);
  const contract = parseContract(request.require);
  const inspections = await inspectFully(files.libraries, request);
  const ran =
    request.interpreter !== null && request.probe
      ? await runChecks(request, request.interpreter, files, contract, inspections, started)
      : leaveUnchecked(request, inspections);
  const { problems, warnings } = mergeFindings([files, ran]);
  return {
    ok: problems.length === 0,
    problems,
    warnings,
    checked: {
      libraries: files.libraries.length,
      modules: contract.modules.length,
      names: contract.modules.flatMap(({ names }) => names).length + contract.operators.length,
    },
    schemas: ran.schemas,
    elapsedMs: Math.round(performance.now() - started),
  };
}

/**
 * Two interpreters at the same time: one loads the libraries alone, one imports what is required. In one and
 * the same, a library that is loaded already would hide that a package fails to load it.
 */
async function runChecks(
  request: VerifyRequest,
  interpreter: Interpreter,
  files: OutputFiles,
  contract: Contract,
  inspections: readonly Inspection[],
  started: number,
): Promise<Ran> {
  const { top } = request;
  const budget = {
    python: interpreter.path,
    environment: request.environment,
    deadline: started + request.timeoutMs,
  };
  const modules = outputModules(files, contract, interpreter);
  const roots = importRoots(top, modules, contract, interpreter);
  const [loaded, imported] = await Promise.all([
    loadOutputs(
      { roots, sources: files.sources, libraries: [], modules: [], operators: contract.operators },
      inspections,
      modules,
      budget,
    ),
    probeIfAny(
      { roots, sources: [], libraries: [], modules: contract.modules, operators: contract.operators },
      budget,
    ),
  ]);
  const operators = judgeOperators(contract, [loaded, imported]);
  const findings = mergeFindings([
    startFailures([loaded, imported]),
    judgeLibraries(top, inspections, loaded),
    judgeSources(top, files.sources, loaded),
    judgeShadows(top, request.outputs, loaded),
    judgeImports(top, contract, modules, imported),
    operators,
  ]);
  return { ...findings, schemas: operators.schemas };
}

function leaveUnchecked(request: VerifyRequest, inspections: readonly Inspection[]): Ran {
  const why = request.interpreter === null ? "no interpreter" : "nothing was to be run";
  const warnings = request.require.map((subject) => ({ subject, text: `not checked: ${why}` }));
  const findings = mergeFindings([
    judgeLibraries(request.top, inspections, null),
    { problems: [], warnings },
  ]);
  return { ...findings, schemas: {} };
}

function loadOutputs(
  request: ProbeRequest,
  inspections: readonly Inspection[],
  modules: readonly OutputModule[],
  budget: ProbeBudget,
): Promise<Probed> {
  const names = new Map(modules.map(({ path, module }) => [path, module]));
  const worthLoading = inspections.filter(({ ok, isUnresolved }) => ok !== false || isUnresolved);
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

const NOTHING: Probed = { events: [], deaths: new Map(), failure: null };

function outputModules(
  files: OutputFiles,
  contract: Contract,
  { sitePackages }: Interpreter,
): OutputModule[] {
  const wanted = contract.modules.map(({ module }) => module);
  return [...files.libraries, ...files.sources].map((path) => ({
    path,
    ...modulePlace(path, wanted, sitePackages),
  }));
}

/** Where users import the packages of the tree from when the environment does not provide them. */
function importRoots(
  top: string,
  modules: readonly OutputModule[],
  contract: Contract,
  { sitePackages }: Interpreter,
): ProbeRequest["roots"] {
  const roots = new Map<string, { root: string; package: string }>();
  const add = (root: string, module: string): void => {
    const name = module.split(".")[0] ?? "";
    if (name !== "" && !sitePackages.includes(root)) roots.set(`${root}\0${name}`, { root, package: name });
  };
  for (const { root, module } of modules) add(root, module);
  for (const { module } of contract.modules) {
    const base = module.split(".")[0] ?? "";
    for (const root of [join(top, "src"), top]) {
      if (existsSync(encodePath(join(root, base))) || existsSync(encodePath(join(root, `${base}.py`))))
        add(root, module);
    }
  }
  return [...roots.values()];
}

function startFailures(probes: readonly Probed[]): Findings {
  const failure = probes.find((probed) => probed.failure !== null)?.failure ?? null;
  if (failure === null) return { problems: [], warnings: [] };
  return {
    problems: [{ subject: "the interpreter", text: describeEnd(failure, "start the checks") }],
    warnings: [],
  };
}
