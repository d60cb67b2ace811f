import { isExecutable } from "../../fingerprint/search-path.ts";
import { good, type DoctorContext, type Finding } from "../finding.ts";
import { kindOfRecipe } from "../recipe-kind.ts";

const CHECK = "interpreter";

/** The recorded Python is still there. */
export function interpreterPresent({ interpreter, extension }: DoctorContext): Finding[] {
  if (interpreter === null) {
    if (!kindOfRecipe(extension.recipe).runsPython) return [];
    const fix = "python3 -m venv .venv, then: rebuild-if-needed init";
    return [
      { check: CHECK, level: "error", text: "no Python interpreter was found", fix, reason: "tool-missing" },
    ];
  }
  if (isExecutable(interpreter.path))
    return [good(CHECK, `Python ${interpreter.version} at ${interpreter.path}`)];
  return [
    {
      check: CHECK,
      level: "error",
      text: `the recorded interpreter ${interpreter.path} (Python ${interpreter.version}) has gone`,
      fix: "make it again, or choose another one with: rebuild-if-needed init",
      reason: "tool-missing",
    },
  ];
}
