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
  const last = lines.slice(-COUNT);
  if (last.some(isError)) return last;
  const at = lines.findLastIndex(isError);
  return at === -1 ? last : lines.slice(at, at + COUNT);
}

/** `a.cpp:1:10: fatal error: `, `k.cu(12): error`, `nvcc fatal`, `ld: cannot find`, `CMake Error at`. */
const DIAGNOSTIC =
  /^\s*(?:\S+?[:(]\d+(?:[:,]\d+)?[:)]+\s*(?:fatal |catastrophic )?error\b|\S+: fatal error: |(?:nvcc|ptxas) fatal\b|\S*ld(?:\.\w+)?: (?!warning)\S*(?:cannot find|undefined)|\S*: undefined reference|CMake Error\b|\S+:\d+:\d+: ERROR: )/;

/** pip indents the output of the build by six columns and closes it with this line. */
const END_OF_OUTPUT = /^\s*\[end of output\]\s*$/;

function withoutInstaller(lines: readonly string[]): string[] {
  const end = lines.findIndex((line) => END_OF_OUTPUT.test(line));
  if (end === -1) return [...lines];
  return lines.slice(0, end).map((line) => line.replace(/^ {6}/, ""));
}

function isError(line: string): boolean {
  return /\berror\b|\bfatal\b|Error:|\bFAILED\b/i.test(line) && !/errors occurred|CMakeError\.log/.test(line);
}
