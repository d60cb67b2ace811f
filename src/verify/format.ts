import { showPath } from "../git/path-bytes.ts";
import { type DeviceCodeJson, showDeviceCode } from "./device-code.ts";
import type { Problem } from "./findings.ts";
import type { LibraryVerdict, MissingSymbol } from "./inspect.ts";
import type { VerifyReport } from "./verify.ts";

const REBUILD = "rebuild-if-needed --force";

/** The JSON of `verify FILE.so ... --json`. */
export interface VerdictsJson {
  readonly version: 1;
  readonly files: readonly LibraryVerdict[];
}

export function verdictsJson(verdicts: readonly LibraryVerdict[]): VerdictsJson {
  return { version: 1, files: verdicts };
}

/** A report as data: the names of sources and callers are told by `--explain`. */
export function reportJson(report: VerifyReport): Omit<VerifyReport, "names"> {
  const { names: _, ...told } = report;
  return told;
}

/** A line for each file, and indented below it what is missing and why. */
export function formatVerdicts(verdicts: readonly LibraryVerdict[]): string[] {
  return verdicts.flatMap(({ path, ok, missing, libraries, causes, gpu }) => [
    `${ok === null ? "?" : ok ? "ok" : "no"}  ${showPath(path)}`,
    ...libraries.map((library) => `    not found: ${library}`),
    ...missing.map((one) => `    undefined: ${showSymbol(one)}`),
    ...causes.map((cause) => `    ${cause}`),
    ...(gpu === undefined ? [] : formatGpu(gpu)),
    ...(ok === false ? [`    next: ${fixOf(libraries) ?? `${REBUILD}, in its project`}`] : []),
  ]);
}

/** As people write it, then as it stands in the file. */
export function showSymbol({ symbol, version, demangled }: MissingSymbol): string {
  const name = version === undefined ? symbol : `${symbol}@${version}`;
  return demangled === undefined ? name : `${demangled} (${name})`;
}

/** What to do about missing libraries that no build can bring; null: rebuild. */
export function fixOf(libraries: readonly string[]): string | null {
  return libraries.includes("libcuda.so.1")
    ? "install the NVIDIA driver, then: rebuild-if-needed verify"
    : null;
}

function formatGpu(gpu: DeviceCodeJson): string[] {
  const shown = showDeviceCode(gpu);
  return [
    ...(shown === "" ? [] : [`    GPU code: ${shown}`]),
    ...(gpu.unknown === undefined ? [] : [`    GPU code: cannot tell all of it: ${gpu.unknown}`]),
  ];
}

/** One line for a good build; else one for each problem, and its cause and next step below it. */
export function formatReport(name: string, report: VerifyReport): string[] {
  const { libraries, modules, names } = report.checked;
  const checked = [
    count(libraries, "library", "libraries"),
    count(modules, "module"),
    count(names, "name"),
  ].join(", ");
  const verdict = report.ok ? "good" : count(report.problems.length, "problem");
  return [
    `${name}: ${verdict} (${checked} checked in ${report.elapsedMs} ms)`,
    ...report.problems.flatMap((problem) => formatProblem("", withNext(problem))),
    ...report.warnings.flatMap((warning) => formatProblem("warning: ", warning)),
  ];
}

/** Where verifying knows nothing better, the extension is built anew. */
export function withNext(problem: Problem): Problem {
  return { next: REBUILD, ...problem };
}

function formatProblem(mark: string, { subject, text, cause, next }: Problem): string[] {
  return [
    `  ${mark}${subject}: ${text}`,
    ...(cause === undefined ? [] : [`    ${cause}`]),
    ...(next === undefined ? [] : [`    next: ${next}`]),
  ];
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
