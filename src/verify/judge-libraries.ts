import { type Absent, uncheckedWithout } from "./apart.ts";
import { explainMessage } from "./cause.ts";
import { type Findings, type Problem, problem, subjectOf } from "./findings.ts";
import { fixOf, showSymbol } from "./format.ts";
import type { Inspection } from "./inspect.ts";
import type { ProbeEvent } from "./probe-events.ts";
import { type Probed, describeEnd } from "./probe-all.ts";

/**
 * Puts together what reading and loading say of each library. Loading proves more: it may overrule unresolved
 * names (a package can bring a library in a way that no file tells), and it finds what reading cannot see.
 * @param probed null: nothing was run.
 */
export function judgeLibraries(
  top: string,
  inspections: readonly Inspection[],
  probed: Probed | null,
  absent: Absent = () => null,
): Findings {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const inspection of inspections) {
    const subject = subjectOf(top, inspection.path);
    const event = eventOf(probed, "library", inspection.path);
    const isLoaded = event !== undefined && event.error === null && event.file !== null;
    const unread = readingProblem(subject, inspection);
    const unloaded = loadingProblem(subject, inspection.path, event, probed);
    const lacking = absent(event?.error ?? "");
    if (unread !== null && !(inspection.isUnresolved && isLoaded)) problems.push(unread);
    else if (unloaded !== null && lacking !== null) warnings.push(uncheckedWithout(subject, lacking));
    else if (unloaded !== null) problems.push(unloaded);
    if (unread !== null && inspection.isUnresolved && isLoaded) {
      warnings.push({
        ...unread,
        text: `${unread.text}, by its files; the interpreter loads it nevertheless`,
      });
    }
    if (inspection.ok === true || (inspection.ok === null && !isLoaded && unloaded === null)) {
      warnings.push(...inspection.causes.map((cause) => ({ subject, text: cause })));
    }
  }
  return { problems, warnings };
}

/** Python files that do not compile. */
export function judgeSources(top: string, sources: readonly string[], probed: Probed): Findings {
  const problems = sources.flatMap((path) => {
    const subject = subjectOf(top, path);
    const death = probed.deaths.get(path);
    if (death !== undefined) return [{ subject, text: describeEnd(death, "compile") }];
    const error = eventOf(probed, "source", path)?.error ?? null;
    return error === null ? [] : [{ subject, text: `does not compile: ${firstLine(error)}` }];
  });
  return { problems, warnings: [] };
}

/** Outputs that the importer passes over for another file of the same folder. */
export function judgeShadows(top: string, outputs: readonly string[], probed: Probed): Findings {
  const own = new Set(outputs);
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const { kind, subject: path, winner } of probed.events) {
    if (winner === null || winner === path) continue;
    const other = subjectOf(top, winner);
    const found = { subject: subjectOf(top, path), text: `is never imported: ${other} comes before it` };
    if (!own.has(winner))
      problems.push({ ...found, next: `move ${other} away, then: rebuild-if-needed verify` });
    else if (kind === "library") warnings.push(found); // a source beside its compiled form is ordinary
  }
  return { problems, warnings };
}

export function eventOf(
  probed: Probed | null,
  kind: ProbeEvent["kind"],
  subject: string,
): ProbeEvent | undefined {
  return probed?.events.find((event) => event.kind === kind && event.subject === subject);
}

export function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").slice(0, 500);
}

function readingProblem(
  subject: string,
  { ok, missing, libraries, causes, isUnresolved }: Inspection,
): Problem | null {
  if (ok !== false) return null;
  if (!isUnresolved) return problem(subject, "cannot be loaded", causes[0]);
  if (libraries.length > 0) {
    const next = fixOf(libraries);
    const found = problem(subject, `needs ${list(libraries)}, not found`, causes[0]);
    return next === null ? found : { ...found, next };
  }
  return problem(subject, `has undefined symbols: ${list(missing.map(showSymbol))}`, causes[0]);
}

function loadingProblem(
  subject: string,
  path: string,
  event: ProbeEvent | undefined,
  probed: Probed | null,
): Problem | null {
  const death = probed?.deaths.get(path);
  if (death !== undefined) return { subject, text: describeEnd(death, "load") };
  if (event === undefined) return null;
  if (event.error !== null) {
    return problem(subject, `does not load: ${firstLine(event.error)}`, explainMessage(event.error));
  }
  return null;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
