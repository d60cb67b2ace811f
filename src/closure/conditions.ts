/** Pure: which conditional parts of CMake files count, seen from all files of the build. */
import type { RepoPath } from "../model.ts";
import { isFalse, NOT_SKBUILD } from "./cmake-guards.ts";
import type { CMakeCondition, CMakeFacts } from "./cmake.ts";

/** What holds for all files of one build. */
export interface BuildContext {
  readonly isSkbuild: boolean;
  /** Texts in which switches may be set: setup.py, pyproject.toml, presets. */
  readonly settings: readonly string[];
}

/** A conditional part that counts, and the file that says so. */
export interface Released {
  readonly path: RepoPath;
  readonly part: CMakeCondition;
}

/** All parts that count, given the CMake files that are known so far. */
export function heldParts(files: ReadonlyMap<RepoPath, CMakeFacts>, context: BuildContext): Released[] {
  const on = new Set([...files.values()].flatMap(({ turnsOn }) => turnsOn));
  const off = new Set([...files.values()].flatMap(({ turnsOff }) => turnsOff)).add("BUILD_TESTING");
  const isOn = (guard: string): boolean =>
    guard === NOT_SKBUILD
      ? !context.isSkbuild
      : !off.has(guard) || on.has(guard) || isSetIn(context.settings, guard);
  return [...files].flatMap(([path, { conditions }]) =>
    conditions
      .filter(
        ({ guards, calledAs }) =>
          guards.every(isOn) && (calledAs === null || isCalled(files, path, calledAs)),
      )
      .map((part) => ({ path, part })),
  );
}

/** A file that defines a function of the same name itself calls its own. */
function isCalled(files: ReadonlyMap<RepoPath, CMakeFacts>, definer: RepoPath, name: string): boolean {
  for (const [path, { calls, defines }] of files) {
    if (path !== definer && calls.includes(name) && !defines.includes(name)) return true;
  }
  return false;
}

/** Any mention counts but one that plainly turns the switch off, as `-DBUILD_TESTS=OFF` does. */
function isSetIn(texts: readonly string[], name: string): boolean {
  const mention = new RegExp(`(?:\\b|-D)${name}\\b(?::\\w+)?["'\\]]*\\s*[:=,]?\\s*["']?(\\w*)`, "g");
  return texts.some((text) =>
    [...text.matchAll(mention)].some(([, value]) => value === "" || !isFalse(value)),
  );
}
