/** Pure: which variables and options name a source tree, or a wheel, that a build reads in place of a pinned one. */
import type { Extension } from "../model.ts";
import { splitWords } from "./command-line.ts";

/**
 * `$NAME` -> the path as it is written, sorted by name: `VLLM_CUTLASS_SRC_DIR=/x`, `-DFETCHCONTENT_SOURCE_DIR_FOO=/x`
 * in CMAKE_ARGS or in the recipe (see CMake's FetchContent), and the wheel that a person named.
 * @param variables those of the extension alone.
 */
export function namedExternals(
  extension: Extension,
  variables: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const { wheel, precompiled, recipe } = extension;
  if (wheel !== undefined) {
    if (wheel.kind !== "location" || precompiled === undefined || isUrl(wheel.location)) return new Map();
    return new Map([[`$${precompiled.location}`, wheel.location]]);
  }
  const set = Object.entries(variables).filter(([name]) => SOURCE_DIR.test(name));
  const words = [...OPTIONS.flatMap((name) => splitWords(variables[name] ?? "")), ...recipe.flat()];
  const defined = words.flatMap((word): [string, string][] => {
    const [, name = "", value = ""] = /^-D([\w.-]+)(?::\w+)?=(.+)$/.exec(word) ?? [];
    return SOURCE_DIR.test(name) ? [[name, value]] : [];
  });
  const all = [...set, ...defined].map(([name, path]): [string, string] => [`$${name}`, path]);
  return new Map(all.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

const SOURCE_DIR = /^(?:FETCHCONTENT_SOURCE_DIR_\w+|\w+_SRC_DIR)$/;

/** Variables whose words are options of CMake. */
const OPTIONS = ["CMAKE_ARGS", "SKBUILD_CMAKE_ARGS"];

/** What setup.py downloads; its content is not looked at. */
function isUrl(location: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(location);
}
