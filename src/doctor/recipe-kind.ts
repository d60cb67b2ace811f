/** What a recipe does, as far as its argv tells: the checks ask this in place of guessing from presets. */
import { basename } from "node:path";

type Recipe = readonly (readonly string[])[];

export interface RecipeKind {
  /** Some step runs the recorded interpreter, or an installer for it. */
  readonly runsPython: boolean;
  /** Some step installs into the environment. */
  readonly installs: boolean;
  /** It builds with what the environment holds, not with a fresh environment of pip's making. */
  readonly usesInstalledRequirements: boolean;
  readonly runsCMake: boolean;
  /** All steps are commands of our own knowledge; a script of the project's may bring its own compiler. */
  readonly isKnown: boolean;
}

export function kindOfRecipe(recipe: Recipe): RecipeKind {
  const steps = recipe.map((argv) => ({ name: basename(argv[0] ?? ""), argv }));
  const python = steps.filter(({ name }) => /^(?:python[\d.]*|pip[\d.]*|uv)$/.test(name));
  const installers = python.filter(({ argv }) => /(?:^|\s)(?:install|develop)(?:\s|$)/.test(argv.join(" ")));
  const isolated = python.every(({ argv }) => isIsolated(argv));
  return {
    runsPython: python.length > 0,
    installs: installers.length > 0,
    usesInstalledRequirements: python.length > 0 && !isolated,
    runsCMake: steps.some(({ name }) => name === "cmake"),
    isKnown: steps.every(({ name }) => /^(?:python[\d.]*|pip[\d.]*|uv|cmake|ninja|make|meson)$/.test(name)),
  };
}

/** pip, uv and build make a fresh environment with the requirements, unless they are told not to. */
function isIsolated(argv: readonly string[]): boolean {
  if (argv.includes("--no-build-isolation") || argv.includes("--no-isolation")) return false;
  const [program = "", option, module] = argv;
  const name = basename(program);
  return (
    name === "uv" || name.startsWith("pip") || (option === "-m" && (module === "pip" || module === "build"))
  );
}
