import { resolve } from "node:path";
import { askedTargets } from "../build/gpu-targets.ts";
import { childEnvironment } from "../fingerprint/environment.ts";
import { ok, type Result } from "../report/failure.ts";
import type { Look } from "../run.ts";
import { nativeContracts } from "../verify/contract/native-contract.ts";
import { type NativeName, nativeNameText } from "../verify/contract/native-names.ts";
import { mergeFindings, type Problem } from "../verify/findings.ts";
import { verifyOutputs, type VerifyReport } from "../verify/verify.ts";
import { fitsPython, judgeTags, shownTags } from "../verify/wheel-tags.ts";
import { unpackWheel } from "../verify/wheel.ts";

const OTHER_PYTHON = "activate an environment of that Python, then: rebuild-if-needed init";

/** No build here brings another wheel. */
const REBUILDS = /(?:^|\s)rebuild-if-needed(?: --force)?$/;

/**
 * Holds a wheel against the contracts of this repository's extensions. Fails with E104 and E302.
 * @param wheel as it was typed, from `cwd`.
 */
export async function verifyWheel(
  looked: Look,
  wheel: string,
  cwd: string,
  timeoutMs: number,
): Promise<Result<VerifyReport>> {
  const { interpreter } = looked.environment;
  const unpacked = await unpackWheel(resolve(cwd, wheel), interpreter);
  if (!unpacked.ok) return unpacked;
  const { folder, files, tags } = unpacked.value;
  try {
    if (interpreter !== null && !fitsPython(tags, interpreter)) {
      const text = `is for ${shownTags(tags)}; this interpreter is Python ${interpreter.version}`;
      return ok(
        onlyProblem({ subject: wheel, text, cause: "pip would not install it here.", next: OTHER_PYTHON }),
      );
    }
    const next = `build the wheel anew, then: rebuild-if-needed verify --wheel ${wheel}`;
    const report = await verifyOutputs({
      top: folder,
      outputs: files,
      require: looked.extensions.flatMap((part) => part.extension.require),
      interpreter,
      environment: childEnvironment(looked.environment, process.env),
      timeoutMs,
      probe: true,
      isApart: true,
      native: { names: await namesOf(looked), builtFrom: { kind: "unknown" }, before: null },
      gpuTargets: askedTargets(looked, looked.extensions), // it may be for other machines than this one
    });
    const { warnings } = mergeFindings([judgeTags(folder, files, tags), report]);
    const ofWheel = (one: Problem): Problem =>
      one.next !== undefined && REBUILDS.test(one.next) ? { ...one, next } : one;
    return ok({
      ...report,
      problems: report.problems.map((one) => ofWheel({ next, ...one })),
      warnings: warnings.map(ofWheel),
    });
  } finally {
    unpacked.value.drop();
  }
}

/** What the extensions register, all of which the wheel brings: what it was built from nobody knows. */
async function namesOf({ ws, tree, extensions, environment }: Look): Promise<NativeName[]> {
  const configured = extensions.map(({ extension }) => extension);
  const contracts = await nativeContracts(ws, tree, configured, environment.interpreter?.path ?? null);
  const names = new Map<string, NativeName>();
  for (const name of contracts.flatMap((contract) => contract.names)) {
    const text = nativeNameText(name);
    const known = names.get(text)?.need;
    // several extensions may have the same inputs
    if (name.places.length > 0 && (known === undefined || name.need === "optional")) names.set(text, name);
  }
  return [...names.values()];
}

/** Nothing else is worth a look. */
function onlyProblem(problem: Problem): VerifyReport {
  const checked = { libraries: 0, modules: 0, names: 0 };
  const subjects = [problem.subject];
  return {
    ok: false,
    problems: [problem],
    warnings: [],
    checked,
    subjects,
    schemas: {},
    names: [],
    elapsedMs: 0,
  };
}
