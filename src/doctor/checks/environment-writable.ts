import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Interpreter } from "../../model.ts";
import { isWritable } from "../writable.ts";
import { good, type DoctorContext, type Finding } from "../finding.ts";
import { kindOfRecipe } from "../recipe-kind.ts";

const CHECK = "environment-writable";

/** An installing recipe may write into the environment: it is a person's own, not the system's. */
export function environmentWritable({ extension, interpreter, variables }: DoctorContext): Finding[] {
  const [site] = interpreter?.sitePackages ?? [];
  if (interpreter === null || site === undefined || !kindOfRecipe(extension.recipe).installs) return [];
  const marker = externallyManaged(interpreter);
  if (marker !== null && !mayBreak(extension.recipe, variables)) {
    return [problem("error", `${interpreter.path} belongs to the system's package manager (${marker})`)];
  }
  if (isWritable(site)) return [good(CHECK, `${site} can be written`)];
  // pip falls back to the user's own folder for an interpreter that is no virtual environment.
  const elsewhere =
    interpreter.prefix === interpreter.basePrefix && interpreter.sitePackages.some(isWritable);
  return [problem(elsewhere ? "warning" : "error", `${site} cannot be written by this user`)];
}

function problem(level: "warning" | "error", text: string): Finding {
  const fix = "python3 -m venv .venv, then: rebuild-if-needed init";
  return { check: CHECK, level, text, fix };
}

/** PEP 668: the mark of a Python that installers refuse to write to. Virtual environments are free of it. */
function externallyManaged({ prefix, basePrefix, version }: Interpreter): string | null {
  if (prefix !== basePrefix) return null;
  const folder = `python${version.split(".").slice(0, 2).join(".")}`;
  const marker = join(basePrefix, "lib", folder, "EXTERNALLY-MANAGED");
  return existsSync(marker) ? marker : null;
}

function mayBreak(
  recipe: readonly (readonly string[])[],
  variables: Readonly<Record<string, string>>,
): boolean {
  const set = [variables["PIP_BREAK_SYSTEM_PACKAGES"], process.env["PIP_BREAK_SYSTEM_PACKAGES"]];
  return (
    recipe.flat().includes("--break-system-packages") ||
    set.some((value) => value !== undefined && value !== "" && value !== "0")
  );
}
