import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { findProgram } from "../fingerprint/search-path.ts";
import type { Interpreter } from "../model.ts";

/** What a recipe needs to become programs that can be started. */
export interface RecipeContext {
  readonly top: string;
  readonly interpreter: Interpreter | null;
  readonly path: readonly string[];
}

export type ResolvedStep =
  | { readonly kind: "step"; readonly argv: readonly [string, ...string[]] }
  | { readonly kind: "missing"; readonly program: string };

/**
 * `python` is the recorded interpreter; a name is looked up on the recorded PATH; a path is taken from the top of
 * the work tree. `python -m pip` becomes `uv pip` where the venv is uv's and has no pip.
 */
export function resolveStep(argv: readonly string[], context: RecipeContext): ResolvedStep {
  const [name = "", ...rest] = argv;
  const isPython = name === "python" || name === "python3";
  if (isPython && context.interpreter !== null) {
    if (rest[0] === "-m" && rest[1] === "pip" && !hasPip(context.interpreter)) {
      const uv = findRecipeProgram("uv", context);
      if (uv === null) return { kind: "missing", program: "pip (or uv)" };
      const [, , command = "", ...options] = rest;
      return { kind: "step", argv: [uv, "pip", command, "--python", context.interpreter.path, ...options] };
    }
    return { kind: "step", argv: [context.interpreter.path, ...rest] };
  }
  const program = findRecipeProgram(name, context);
  return program === null ? { kind: "missing", program: name } : { kind: "step", argv: [program, ...rest] };
}

/** Absolute path of a program, or null. A path is taken from the top of the work tree. */
export function findRecipeProgram(name: string, context: RecipeContext): string | null {
  return findProgram(name.includes("/") ? resolve(context.top, name) : name, context.path);
}

function hasPip(interpreter: Interpreter): boolean {
  return interpreter.sitePackages.some((site) => existsSync(join(site, "pip", "__main__.py")));
}
