import { resolve } from "node:path";
import { childEnvironment } from "../fingerprint/environment.ts";
import { ok, type Result } from "../report/failure.ts";
import type { Look } from "../run.ts";
import { mergeFindings, type Problem } from "../verify/findings.ts";
import { verifyOutputs, type VerifyReport } from "../verify/verify.ts";
import { fitsPython, judgeTags, shownTags } from "../verify/wheel-tags.ts";
import { unpackWheel } from "../verify/wheel.ts";

const OTHER_PYTHON = "activate an environment of that Python, then: rebuild-if-needed init";

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
    const report = await verifyOutputs({
      top: folder,
      outputs: files,
      require: looked.extensions.flatMap((part) => part.extension.require),
      interpreter,
      environment: childEnvironment(looked.environment, process.env),
      timeoutMs,
      probe: true,
      isApart: true,
    });
    const { warnings } = mergeFindings([judgeTags(folder, files, tags), report]);
    const next = `build the wheel anew, then: rebuild-if-needed verify --wheel ${wheel}`;
    return ok({ ...report, problems: report.problems.map((one) => ({ next, ...one })), warnings });
  } finally {
    unpacked.value.drop();
  }
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
