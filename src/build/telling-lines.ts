/** The few lines of a failed build's log that a person wants to see first. Pure. */

const COUNT = 6;

/**
 * What a compiler, linker or CMake said first, wherever in the log it stands: installers put pages of Python's below it.
 * Without such a line the last ones, or those from the last line on that speaks of an error.
 */
export function tellingLines(log: string): string[] {
  const lines = withoutInstaller(log.trimEnd().split("\n"));
  const first = lines.findIndex((line) => DIAGNOSTIC.test(line));
  if (first !== -1) return lines.slice(first, first + COUNT);
  const step = lines.findIndex((line) => FAILED_STEP.test(line));
  if (step !== -1) return lines.slice(step, step + COUNT);
  const last = lines.slice(-COUNT);
  if (last.some(isError)) return last;
  const at = lines.findLastIndex(isError);
  return at === -1 ? last : lines.slice(at, at + COUNT);
}

/** `a.cpp:1:10: fatal error: `, `k.cu(12): error`, `nvcc fatal`, `ld: cannot find`, `CMake Error at`. */
const DIAGNOSTIC =
  /^\s*(?:\S+?[:(]\d+(?:[:,]\d+)?[:)]+\s*(?:fatal |catastrophic )?error\b|\S+: fatal error: |(?:nvcc|ptxas) fatal\b|\S*ld(?:\.\w+)?: (?!warning)\S*(?:cannot find|undefined)|\S*: undefined reference|CMake Error\b|\S+:\d+:\d+: ERROR: )/;

/** ninja's, above the step's command and what it printed. */
const FAILED_STEP = /^\s*FAILED: /;

/** pip indents the output of the build by six columns and closes it with this line. */
const END_OF_OUTPUT = /^\s*\[end of output\]\s*$/;
/** With `-v` it has printed that output as it came, indented by two, and closes it with the first of these lines. */
const OUTPUT_IS_ABOVE = /^\s*error: subprocess-exited-with-error\s*$/;
const SETUPTOOLS_END = /^\s*(?:An error occurred when building editable wheel|See debugging tips in:)/;

function withoutInstaller(lines: readonly string[]): string[] {
  const end = lines.findIndex((line) => END_OF_OUTPUT.test(line));
  if (end !== -1) return lines.slice(0, end).map((line) => line.replace(/^ {6}/, ""));
  if (!lines.some((line) => line.endsWith("See above for output."))) return [...lines];
  const output = lines.slice(
    0,
    lines.findLastIndex((line) => OUTPUT_IS_ABOVE.test(line)),
  );
  return output.filter((line) => !SETUPTOOLS_END.test(line)).map((line) => line.replace(/^ {2}/, ""));
}

function isError(line: string): boolean {
  return /\berror\b|\bfatal\b|Error:|\bFAILED\b/i.test(line) && !/errors occurred|CMakeError\.log/.test(line);
}
