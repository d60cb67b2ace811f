import type { Level } from "../model.ts";

/** The recipe at a rung: a reconfigure asks CMake to forget its cache (`--fresh`, CMake 3.24); else it is as configured. */
export function planLevel(
  recipe: readonly (readonly string[])[],
  level: Level,
): readonly (readonly string[])[] {
  if (level !== "reconfigure") return recipe;
  return recipe.map((argv) => (isConfigure(argv) ? [...argv, "--fresh"] : argv));
}

/** Rungs from `level` upwards, for going up when a build at one does not verify. */
export function rungsFrom(level: Level): readonly Level[] {
  const ladder: readonly Level[] = ["incremental", "reconfigure", "clean"];
  return ladder.slice(ladder.indexOf(level));
}

function isConfigure(argv: readonly string[]): boolean {
  return (
    argv[0] === "cmake" &&
    argv.some((word) => word === "-S" || word === "-B" || word === "--preset") &&
    !argv.includes("--build")
  );
}
