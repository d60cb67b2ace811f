import type { Finding, Level } from "./finding.ts";

/** Findings as lines for people: worst first, a fix under each that has one, and one line that sums up. */
export function formatFindings(findings: readonly Finding[]): string[] {
  const ordered = LEVELS.flatMap((level) => findings.filter((finding) => finding.level === level));
  return [...ordered.flatMap(linesOf), summaryOf(findings)];
}

/** Worst first. */
const LEVELS: readonly Level[] = ["error", "warning", "ok"];

/** As wide as the longest level, so that the checks stand in a column. */
const INDENT = "warning".length + 2;

function linesOf(finding: Finding): string[] {
  const head = `${finding.level.padEnd(INDENT)}${finding.check}: ${finding.text}`;
  return finding.fix === "" ? [head] : [head, `${" ".repeat(INDENT)}fix: ${finding.fix}`];
}

function summaryOf(findings: readonly Finding[]): string {
  const errors = count(findings, "error");
  const warnings = count(findings, "warning");
  if (errors + warnings === 0) return "Nothing stands in the way of a build.";
  const found = [plural(errors, "error"), plural(warnings, "warning")]
    .filter((part) => part !== "")
    .join(", ");
  return errors > 0
    ? `${found}: a build would fail. Nothing was changed.`
    : `${found}: a build can go ahead.`;
}

function count(findings: readonly Finding[], level: Level): number {
  return findings.filter((finding) => finding.level === level).length;
}

function plural(number: number, noun: string): string {
  return number === 0 ? "" : `${number} ${noun}${number === 1 ? "" : "s"}`;
}
