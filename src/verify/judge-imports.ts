import { existsSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { encodePath } from "../git/path-bytes.ts";
import { type Absent, uncheckedWithout } from "./apart.ts";
import { explainMessage } from "./cause.ts";
import type { Contract } from "./contract.ts";
import { type Findings, type Problem, problem, subjectOf } from "./findings.ts";
import { eventOf, firstLine } from "./judge-libraries.ts";
import type { ModulePlace } from "./module-name.ts";
import { type Probed, describeEnd } from "./probe-all.ts";

/** An output and the module that it is. */
export interface OutputModule extends ModulePlace {
  readonly path: string;
}

/** Required modules: they import, come from here and have the names. */
export function judgeImports(
  top: string,
  contract: Contract,
  modules: readonly OutputModule[],
  probed: Probed,
  absent: Absent,
): Findings {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const { module } of contract.modules) {
    const event = eventOf(probed, "module", module);
    const death = probed.deaths.get(module);
    if (death !== undefined) problems.push({ subject: module, text: describeEnd(death, "import") });
    if (event === undefined) continue;
    const lacking = event.error === null ? null : absent(event.error);
    if (lacking !== null) {
      warnings.push(uncheckedWithout(module, lacking));
      continue;
    }
    if (event.error !== null) {
      problems.push(
        problem(
          module,
          `cannot be imported: ${firstLine(event.error)}`,
          noPackage(module, event.error) ?? noModule(module, event.error) ?? explainMessage(event.error),
        ),
      );
      continue;
    }
    const file = event.file === null ? null : subjectOf(top, event.file);
    const from = file === null ? "a folder without __init__.py" : file;
    const copy = event.file === null ? null : otherCopy(top, module, event.file, modules);
    if (copy !== null) {
      problems.push({
        subject: module,
        text: `is imported from ${from}, not from ${subjectOf(top, copy)}`,
        cause: "Python finds another copy of the same module first.",
        next: `move ${from} away or uninstall that copy, then: rebuild-if-needed verify`,
      });
    }
    for (const name of event.missing) {
      problems.push({
        subject: `${module}:${name}`,
        text: `is missing: cannot import name '${name}' from '${module}' (${from})`,
        cause: isEmpty(event.file)
          ? "The file is empty."
          : "The module is older than what asks for the name, or was built without it.",
      });
    }
  }
  return { problems, warnings };
}

/** A name in a module that is required as if it were a module itself. */
function noPackage(module: string, message: string): string | null {
  const [, parent, name] = /No module named '([\w.]+)\.(\w+)'; '\1' is not a package/.exec(message) ?? [];
  if (parent === undefined || name === undefined || `${parent}.${name}` !== module) return null;
  return `${parent} is a module: a name in it is required as "${parent}:${name}".`;
}

/** A module that is not there, or one that it imports. */
function noModule(module: string, message: string): string | null {
  const absent = /No module named '([\w.]+)'$/m.exec(message)?.[1];
  if (absent === undefined) return null;
  if (absent !== module && !module.startsWith(`${absent}.`)) return `${absent} is not in this environment.`;
  return "Nothing of that name is there: it has not been built, or was removed since.";
}

function isEmpty(file: string | null): boolean {
  return file !== null && statSync(encodePath(file), { throwIfNoEntry: false })?.size === 0;
}

/** The file that `module` should have come from, when it came from somewhere else; null: it is right. */
function otherCopy(
  top: string,
  module: string,
  file: string,
  modules: readonly OutputModule[],
): string | null {
  const built = modules.filter((output) => output.module === module);
  if (built.length > 0) return built.some(({ path }) => isSame(path, file)) ? null : (built[0]?.path ?? null);
  if (realPath(file).startsWith(realPath(top) + sep)) return null;
  const root = modules.find((output) => output.module.split(".")[0] === module.split(".")[0])?.root;
  if (root === undefined) return null;
  const base = join(root, ...module.split("."));
  const here = [`${base}.py`, join(base, "__init__.py")].find((path) => existsSync(encodePath(path)));
  return here === undefined || isSame(here, file) ? null : here;
}

function isSame(one: string, other: string): boolean {
  return realPath(one) === realPath(other);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
