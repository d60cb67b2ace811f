import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { good, type DoctorContext, type Finding } from "../finding.ts";
import { kindOfRecipe } from "../recipe-kind.ts";
import { detectFamily, installHint } from "../system-packages.ts";

const CHECK = "python-headers";

/** Python.h is where the interpreter says, or where a variable sends the compiler. */
export function pythonHeaders(context: DoctorContext): Finding[] {
  const { interpreter, variables } = context;
  if (interpreter === null || !isPythonExtension(context)) return [];
  const folders = [interpreter.includeDir, ...includeFolders(variables)];
  const found = folders.find((folder) => existsSync(join(folder, "Python.h")));
  if (found !== undefined) return [good(CHECK, `Python.h in ${found}`)];
  return [
    {
      check: CHECK,
      level: kindOfRecipe(context.extension.recipe).isKnown ? "error" : "warning",
      text: `there is no Python.h in ${interpreter.includeDir}, the header folder of ${interpreter.path}`,
      fix: installHint("python-headers", detectFamily(interpreter), interpreter.version),
    },
  ];
}

/** Built through Python, or by CMake files that speak of Python's headers. */
function isPythonExtension({ extension, inputs, readTree }: DoctorContext): boolean {
  if (!inputs.some((path) => /\.(?:c|cc|cpp|cxx|cu|m|mm|pyx)$/.test(path))) return false;
  if (kindOfRecipe(extension.recipe).runsPython) return true;
  return /pybind11|nanobind|Python3?(?:::|_add_library)|find_package\s*\(\s*(?:Python|torch)/i.test(
    readTree("CMakeLists.txt") ?? "",
  );
}

function includeFolders(variables: Readonly<Record<string, string>>): string[] {
  const listed = ["CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH"].flatMap((name) =>
    (variables[name] ?? "").split(delimiter),
  );
  const flags = ["CFLAGS", "CXXFLAGS", "CPPFLAGS"].map((name) => variables[name] ?? "").join(" ");
  const given = [...flags.matchAll(/(?:^|\s)-I\s*(\S+)/g)].map((flag) => flag[1] ?? "");
  return [...listed, ...given].filter((folder) => folder !== "");
}
