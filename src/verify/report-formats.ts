/** The answer of `verify` for programs that collect test results. */
import type { Problem } from "./findings.ts";
import { formatReport, withNext } from "./format.ts";
import type { VerifyReport } from "./verify.ts";

export const REPORT_FORMATS = ["text", "json", "github", "junit"] as const;

export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** The report of one extension, or of a wheel. */
export interface NamedReport {
  readonly name: string;
  readonly report: VerifyReport;
}

/** For `json` each command has an answer of its own. */
export function formatReports(
  format: Exclude<ReportFormat, "json">,
  reports: readonly NamedReport[],
): string[] {
  switch (format) {
    case "text":
      return reports.flatMap(({ name, report }) => formatReport(name, report));
    case "github":
      return reports.flatMap(githubLines);
    case "junit":
      return junitLines(reports);
  }
}

/** The text, and for each problem and warning a command that GitHub shows as an annotation. */
function githubLines({ name, report }: NamedReport): string[] {
  const annotate = (level: "error" | "warning", { subject, text, cause, next }: Problem): string => {
    const lines = [`${subject}: ${text}`, cause, next === undefined ? undefined : `next: ${next}`];
    return annotation(level, name, lines.filter((line) => line !== undefined).join("\n"));
  };
  return [
    ...formatReport(name, report),
    ...report.problems.map((problem) => annotate("error", withNext(problem))),
    ...report.warnings.map((warning) => annotate("warning", warning)),
  ];
}

/** A command of GitHub's runner, which shows it with the run and the pull request. */
export function annotation(level: "error" | "warning", about: string, message: string): string {
  return `::${level} title=${escapeProperty(`rebuild-if-needed verify: ${about}`)}::${escapeData(message)}`;
}

/** As actions/toolkit does it in `command.ts`: a line break would end the command. */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** One suite for each report, one case for each thing that was checked or found. */
function junitLines(reports: readonly NamedReport[]): string[] {
  const suites = reports.map(({ name, report }) => {
    const subjects = [...new Set([...report.subjects, ...report.problems.map(({ subject }) => subject)])];
    const cases = subjects.flatMap((subject) => junitCase(name, subject, report));
    const failures = subjects.filter((subject) => report.problems.some((one) => one.subject === subject));
    const counts = `tests="${subjects.length}" failures="${failures.length}" errors="0"`;
    return [
      `  <testsuite name="${escapeXml(name)}" ${counts} time="${(report.elapsedMs / 1000).toFixed(3)}">`,
      ...cases,
      "  </testsuite>",
    ];
  });
  return [`<?xml version="1.0" encoding="UTF-8"?>`, "<testsuites>", ...suites.flat(), "</testsuites>"];
}

function junitCase(suite: string, subject: string, { problems, warnings }: VerifyReport): string[] {
  const failed = problems.filter((one) => one.subject === subject);
  const warned = warnings.filter((one) => one.subject === subject);
  const open = `    <testcase classname="${escapeXml(suite)}" name="${escapeXml(subject)}"`;
  if (failed.length + warned.length === 0) return [`${open}/>`];
  return [
    `${open}>`,
    ...failed.map(
      (one) =>
        `      <failure message="${escapeXml(one.text)}">${escapeXml(textOf(withNext(one)))}</failure>`,
    ),
    ...(warned.length === 0
      ? []
      : [`      <system-out>${escapeXml(warned.map(textOf).join("\n"))}</system-out>`]),
    "    </testcase>",
  ];
}

function textOf({ subject, text, cause, next }: Problem): string {
  const lines = [`${subject}: ${text}`, cause, next === undefined ? undefined : `next: ${next}`];
  return lines.filter((line) => line !== undefined).join("\n");
}

/** XML 1.0 has no way at all to write most control characters. */
function escapeXml(text: string): string {
  return (
    text
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      .replaceAll("\n", "&#10;")
      // oxlint-disable-next-line no-control-regex -- these are the ones that are meant
      .replaceAll(
        /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
        "\ufffd",
      )
  );
}
