import { relative } from "node:path";
import { findSiteShadows } from "../fingerprint/site-shadow.ts";
import type { Interpreter } from "../model.ts";
import { type Checked, runChecks } from "./checks.ts";
import { parseContract } from "./contract.ts";
import { judgeNames, type JudgedName, nameFindings } from "./contract/judge-names.ts";
import { UNSEEN } from "./contract/look-up.ts";
import type { Before, BuiltFrom } from "./contract/name-rule.ts";
import type { NativeName } from "./contract/native-names.ts";
import { type Findings, type Problem, mergeFindings, subjectOf } from "./findings.ts";
import { type Inspection, inspectFully } from "./inspect.ts";
import { type GpuTargets, judgeGpu } from "./judge-gpu.ts";
import { judgeLibraries } from "./judge-libraries.ts";
import { sortOutputs } from "./output-files.ts";

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
  /** The torch of the build that made the outputs, where a record tells. */
  readonly builtTorch?: string | null;
  /** False: read only, run nothing of the outputs. */
  readonly probe: boolean;
  /** The outputs are an unpacked wheel in `top`: what the environment lacks is no fault of theirs, and hides nothing. */
  readonly isApart?: boolean;
  /** What code for GPUs is held against; left out: nothing. Asked only when there is such code. */
  readonly gpuTargets?: () => Promise<GpuTargets>;
  /** What sources and callers name, and what is known of how the outputs came about; absent: only `require` counts. */
  readonly native?: NativeAsked;
}

export interface NativeAsked {
  readonly names: readonly NativeName[];
  readonly builtFrom: BuiltFrom;
  /** The last verified build; null: none is known, or it says nothing of names. */
  readonly before: Before | null;
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly checked: { readonly libraries: number; readonly modules: number; readonly names: number };
  /** All that was checked, by the names that `subject` of a problem may have. */
  readonly subjects: readonly string[];
  /** Schemas of the required operators that were found, by `torch.ops...` name. */
  readonly schemas: Readonly<Record<string, readonly string[]>>;
  /** Names of sources and callers, with what was found of them. */
  readonly names: readonly JudgedName[];
  readonly elapsedMs: number;
}

const NO_NAMES: NativeAsked = { names: [], builtFrom: { kind: "unknown" }, before: null };
const NOTHING: Findings = { problems: [], warnings: [] };

/** Holds outputs against the contract: by reading their files, then in fresh interpreters. */
export async function verifyOutputs(request: VerifyRequest): Promise<VerifyReport> {
  const started = performance.now();
  const files = sortOutputs(request.top, request.outputs);
  const contract = parseContract(request.require);
  const inspections = await inspectFully(files.libraries, request);
  const { top, interpreter, environment, timeoutMs, isApart = false } = request;
  const judged = judgeDeviceCode(request, inspections);
  const ran =
    interpreter !== null && request.probe
      ? await runChecks({
          top,
          interpreter,
          environment,
          deadline: started + timeoutMs,
          files,
          contract,
          inspections,
          isApart,
          names: request.native?.names ?? [],
        })
      : leaveUnchecked(request, inspections);
  const native = request.native ?? NO_NAMES;
  const names = judgeNames(native.names, ran.foundOf, native);
  const copies = isApart ? NOTHING : findCopies(request);
  const { problems, warnings } = mergeFindings([files, ran, await judged, copies, nameFindings(names)]);
  return {
    ok: problems.length === 0,
    problems,
    warnings,
    checked: {
      libraries: files.libraries.length,
      modules: contract.modules.length,
      names: contract.modules.flatMap((one) => one.names).length + contract.operators.length,
    },
    subjects: [
      ...[...files.libraries, ...files.sources].map((path) => subjectOf(top, path)),
      ...request.require,
    ],
    schemas: ran.schemas,
    names,
    elapsedMs: Math.round(performance.now() - started),
  };
}

/** Runs beside the probe: a driver may take a second to say which GPUs there are. */
async function judgeDeviceCode(
  { top, gpuTargets }: VerifyRequest,
  inspections: readonly Inspection[],
): Promise<Findings> {
  const libraries = inspections.flatMap(({ path, deviceCode }) =>
    deviceCode === null ? [] : [{ path, code: deviceCode }],
  );
  if (libraries.length === 0 || gpuTargets === undefined) return { problems: [], warnings: [] };
  return judgeGpu(top, libraries, await gpuTargets());
}

/** Outputs in whose place the environment has a module of its own. */
function findCopies({ top, outputs, interpreter }: VerifyRequest): Findings {
  const sites = (interpreter?.sitePackages ?? []).map((site) => `${site}/`);
  const paths = outputs.map((path) =>
    path.startsWith(`${top}/`) && !sites.some((site) => path.startsWith(site)) ? relative(top, path) : path,
  );
  const problems = findSiteShadows(top, paths, interpreter).map(({ path = "", to = "" }) => ({
    subject: path,
    text: `is never imported: ${to} comes before it`,
    next: `uninstall or move ${to} away, then: rebuild-if-needed verify`,
  }));
  return { problems, warnings: [] };
}

function leaveUnchecked(request: VerifyRequest, inspections: readonly Inspection[]): Checked {
  const why = request.interpreter === null ? "no interpreter" : "nothing was to be run";
  const warnings = request.require.map((subject) => ({ subject, text: `not checked: ${why}` }));
  const findings = mergeFindings([
    judgeLibraries(request.top, inspections, null),
    { problems: [], warnings },
  ]);
  return { ...findings, schemas: {}, foundOf: () => UNSEEN };
}
