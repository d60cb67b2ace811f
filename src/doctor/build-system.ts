/** What a project says that its build needs, where the recipe builds it. */
import { arch } from "node:os";
import { posix } from "node:path";
import { parseToml, tableAt } from "../config/toml.ts";
import type { Interpreter, RepoPath } from "../model.ts";
import type { DoctorContext } from "./finding.ts";
import { evaluateMarker, markerValues, parseRequirement, type Requirement } from "./requirement.ts";

/** A requirement and the words for where it stands. */
export interface Asked extends Requirement {
  readonly by: string;
}

/** The project's file of this name: beside the top, or in the folder that the recipe installs (`-e ./kernels`). */
export function projectFile({ extension }: Pick<DoctorContext, "extension">, name: string): RepoPath {
  const targets = extension.recipe.flat().filter((word) => /^\.\/[^*?]+$/.test(word) && !/\.\w+$/.test(word));
  return posix.join(targets[0] ?? "", name);
}

/** `[build-system].requires` as far as it counts here; one whose marker is not understood is left alone. */
export function buildRequires(context: DoctorContext, interpreter: Interpreter): Asked[] {
  const toml = parseToml(context.readTree(projectFile(context, "pyproject.toml")) ?? "");
  const listed = toml.ok ? tableAt(toml.table, "build-system")?.["requires"] : null;
  const texts: unknown[] = Array.isArray(listed) ? listed : [];
  return parseAll(
    texts.filter((text) => typeof text === "string"),
    interpreter,
  ).map((one) => ({ ...one, by: "[build-system].requires" }));
}

/** Lines of the requirement files for builds that are inputs: `requirements/build/cuda.txt`. */
export function filedRequirements(context: DoctorContext, interpreter: Interpreter): Asked[] {
  const files = context.inputs.filter((path) =>
    /(?:^|\/)requirements[-_/]build(?:[-_/][\w-]+)*\.txt$/.test(path),
  );
  return files.flatMap((file) => {
    const lines = (context.readTree(file) ?? "")
      .split("\n")
      .map((line) => line.replace(/(^|\s)#.*$/, "").trim());
    const plain = lines.filter((line) => line !== "" && !line.startsWith("-"));
    return parseAll(plain, interpreter).map((one) => ({ ...one, by: file }));
  });
}

/** The setup.py imports it before anything else could decide not to. */
export function setupImports(context: DoctorContext, module: string): boolean {
  const text = context.readTree(projectFile(context, "setup.py")) ?? "";
  return new RegExp(`^(?:import|from)\\s+${module}\\b`, "m").test(text);
}

function parseAll(texts: readonly string[], { version }: Interpreter): Requirement[] {
  const values = markerValues(version, process.platform, arch());
  return texts
    .map(parseRequirement)
    .filter((requirement) => requirement !== null)
    .filter(({ marker }) => evaluateMarker(marker, values) === true);
}
