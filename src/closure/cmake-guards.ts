/** Conditions that are certainly false in a build of the Python extension. */
import type { CMakeArgument } from "./cmake-tokens.ts";

/** Set by scikit-build-core, and by nothing else. */
export const NOT_SKBUILD = "!SKBUILD";

/**
 * Names that must be on for a branch to be read: switches for tests, benchmarks, examples and documents, which are
 * off unless somebody turns them on. With `OR` nothing is certain. Other switches are left alone: `CMAKE_ARGS` of
 * the user may set them.
 */
export function guardsOf(condition: readonly CMakeArgument[]): string[] {
  const words = condition.map(({ text }) => text.replace(/^\$\{(\w+)\}$/, "$1"));
  if (words.some((word) => word === "OR")) return [];
  const guards: string[] = [];
  words.forEach((word, at) => {
    const before = words[at - 1];
    const isNegated = before === "NOT" || (before === "DEFINED" && words[at - 2] === "NOT");
    if (word === "SKBUILD" && isNegated) guards.push(NOT_SKBUILD);
    if (!isAsideSwitch(word)) return;
    const isAlone =
      (before === undefined || before === "AND" || before === "(") && !isOperator(words[at + 1]);
    if (isAlone) guards.push(word);
  });
  return guards;
}

/** True for a name such as `BUILD_TESTS`. */
export function isAsideSwitch(name: string): boolean {
  return /^\w+$/.test(name) && ASIDE_SWITCH.test(name);
}

/** What holds for the branches behind a condition: it was false. */
export function guardsBehind(condition: readonly CMakeArgument[]): string[] {
  const words = condition.map(({ text }) => text).filter((word) => word !== "DEFINED");
  return words.length === 1 && words[0] === "SKBUILD" ? [NOT_SKBUILD] : [];
}

/** True for values that CMake takes for false. */
export function isFalse(value: string | undefined): boolean {
  return value === undefined || /^(?:0|off|no|false|n|ignore|notfound|.*-notfound|)$/i.test(value);
}

const ASIDE_WORD =
  "(?:UNIT_?)?TEST(?:S|ING)?|UNITTESTS?|BENCH(?:MARK)?S?|BENCHMARKING|EXAMPLES?|SAMPLES?|DEMOS?|FUZZ(?:ING|ERS?)?|DOCS?|DOCUMENTATION";

/** A whole word of the name, at its end or behind BUILD or ENABLE: `RAPIDFUZZ_X86` and `TEST_LIB_CUDA` are none. */
const ASIDE_SWITCH = new RegExp(
  `(?:^|_)(?:${ASIDE_WORD})$|(?:^|_)(?:BUILD|ENABLE|WITH)_(?:${ASIDE_WORD})(?:_|$)`,
  "i",
);

function isOperator(word: string | undefined): boolean {
  return word !== undefined && word !== "AND" && word !== ")";
}
