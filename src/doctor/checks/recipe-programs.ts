import { resolveStep } from "../../build/recipe.ts";
import { good, type DoctorContext, type Finding } from "../finding.ts";
import { detectFamily, installHint, type Family } from "../system-packages.ts";

const CHECK = "recipe-programs";

/** Each step of the recipe starts a program that the environment of record has; pip, or uv in its place, included. */
export function recipePrograms({ ws, extension, interpreter, path }: DoctorContext): Finding[] {
  const missing = new Set<string>();
  for (const argv of extension.recipe) {
    const step = resolveStep(argv, { top: ws.top, interpreter, path });
    if (step.kind === "missing") missing.add(step.program);
  }
  if (missing.size === 0) {
    const names = [...new Set(extension.recipe.map(([name = ""]) => name))];
    return [good(CHECK, `found: ${names.join(", ")}`)];
  }
  const family = detectFamily(interpreter);
  return [...missing].map((program) => {
    const isInstaller = program.startsWith("pip");
    return {
      check: CHECK,
      level: "error",
      text: isInstaller
        ? `${interpreter?.path ?? "the interpreter"} has no pip, and no uv is on the recorded PATH`
        : `the recipe runs ${program}, which is not on the recorded PATH (${path.join(":")})`,
      fix: isInstaller
        ? `${interpreter?.path ?? "python3"} -m ensurepip, or install uv`
        : programFix(program, family),
      reason: "tool-missing",
    };
  });
}

function programFix(program: string, family: Family): string {
  const again = "then run from that shell: rebuild-if-needed";
  if (program === "cmake" || program === "ninja") return `${installHint(program, family)}, ${again}`;
  return `install ${program} or put it on PATH, ${again}`;
}
