import type { Tool, ToolRole } from "../../model.ts";
import { good, type DoctorContext, type Finding } from "../finding.ts";
import { kindOfRecipe } from "../recipe-kind.ts";
import { detectFamily, installHint, type Need } from "../system-packages.ts";
import { findTorch } from "../torch.ts";

const CHECK = "compilers";

interface Language {
  readonly role: Extract<ToolRole, "cc" | "cxx" | "nvcc">;
  readonly name: string;
  readonly need: Need;
  /** Sources that only this compiler takes. */
  readonly sources: RegExp;
}

/** Cython and Python's own build steps end in the C compiler; nvcc ends in the C++ one. */
const LANGUAGES: readonly Language[] = [
  { role: "cc", name: "C compiler", need: "c-compiler", sources: /\.(?:c|m|S|s|pyx)$/ },
  { role: "cxx", name: "C++ compiler", need: "cxx-compiler", sources: /\.(?:cc|cpp|cxx|c\+\+|mm|cu)$/ },
  { role: "nvcc", name: "CUDA compiler (nvcc)", need: "cuda", sources: /\.cu$/ },
];

/** There is a compiler for each language of the sources. */
export function compilers(context: DoctorContext): Finding[] {
  return LANGUAGES.flatMap((language) => {
    const tool = context.toolchain.tools.find(({ role }) => role === language.role);
    const source = context.inputs.find((path) => language.sources.test(path));
    if (tool === undefined || source === undefined) return [];
    return tool.path === null ? [missing(language, source, context)] : [present(language, tool)];
  });
}

function present(language: Language, tool: Tool): Finding {
  return good(CHECK, `${language.name} ${tool.version || "of unknown version"} at ${tool.path ?? ""}`);
}

function missing(language: Language, source: string, context: DoctorContext): Finding {
  const named = namedByVariable(language.role, context.variables);
  const text = `no ${language.name} on the recorded PATH${named}; it is needed for ${source}`;
  const fix = installHint(language.need, detectFamily(context.interpreter));
  const isSure =
    language.role === "nvcc" ? needsNvcc(context) : kindOfRecipe(context.extension.recipe).isKnown;
  // A script of the project's may bring its own compiler, and many projects leave CUDA out where there is none.
  if (!isSure) return { check: CHECK, level: "warning", text, fix };
  return { check: CHECK, level: "error", text, fix, reason: "tool-missing" };
}

function namedByVariable(role: Language["role"], variables: Readonly<Record<string, string>>): string {
  const names = { cc: ["CC"], cxx: ["CXX"], nvcc: ["CUDACXX", "CUDA_HOME", "CUDA_PATH"] }[role];
  const set = names.filter((name) => variables[name] !== undefined);
  return set.length === 0 ? "" : ` (${set.map((name) => `${name}=${variables[name]}`).join(", ")})`;
}

/** A CUDA torch, and a build that does not itself ask whether there is a toolkit. */
function needsNvcc({ extension, interpreter, readTree }: DoctorContext): boolean {
  const torch = findTorch(interpreter);
  if (torch === null || torch.cuda === null || !kindOfRecipe(extension.recipe).isKnown) return false;
  if (!extension.guessed) return true;
  const texts = ["setup.py", "CMakeLists.txt"].map((path) => readTree(path) ?? "").join("\n");
  return !/CUDA_HOME|is_available|check_language|which\(.nvcc|FORCE_CUDA|find_package\(CUDA/.test(texts);
}
