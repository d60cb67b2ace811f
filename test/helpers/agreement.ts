import type { LibraryVerdict } from "../../src/verify/inspect.ts";
import { type LoaderAnswer, lackIn } from "./loader.ts";
import type { Damage } from "./sabotage.ts";
import type { Sabotaged } from "./sabotaged.ts";

/**
 * How a verdict compares with the loader's:
 * - `agree`.
 * - `cannot tell`: the first bytes are not those of any format, and that is what the verdict says.
 * - `stricter`: the loader takes a damaged file, and the verdict names damage that it did not look at or survived by
 *   what happened to lie in memory. For files that were cut and bytes that were flipped only.
 * - `what runs`: the loader died of a signal in what the damaged bytes made it call or write: their values are as good
 *   as any other until they run. For bytes flipped in the tables that lead to code, and for a library's own symbol that
 *   was renamed: a weak one is 0 then, which the loader takes and an initialiser may use.
 * - `wrong`: a defect of the reader.
 */
export type Outcome = "agree" | "cannot tell" | "stricter" | "what runs" | "wrong";

/** Tables whose values are addresses that run: start functions, symbols' values, what is protected when. */
const LEADS_TO_CODE: readonly string[] = ["dynamic", "dynsym", "program header"];

export function compare(verdict: LibraryVerdict, answer: LoaderAnswer, damage: Damage | null): Outcome {
  if (verdict.ok === answer.loads) return "agree";
  if (damage === null) return "wrong";
  const { kind, place } = damage;
  if (verdict.ok === null) return place === "ELF header" && !answer.loads ? "cannot tell" : "wrong";
  if (answer.loads) {
    const isNamed =
      verdict.causes.length === 1 && (verdict.causes[0] ?? "").startsWith("The file is broken: ");
    return isNamed && (kind === "file cut" || kind === "bytes flipped") ? "stricter" : "wrong";
  }
  const leadsToCode =
    kind === "defined symbol renamed" || (kind === "bytes flipped" && LEADS_TO_CODE.includes(place));
  return answer.signal !== 0 && leadsToCode ? "what runs" : "wrong";
}

/** Whether the verdict names what the loader named; null when the loader named nothing. */
export function namesTheSame(verdict: LibraryVerdict, answer: LoaderAnswer): boolean | null {
  const lack = answer.error === null ? null : lackIn(answer.error);
  if (lack === null) return null;
  const { symbol, version, library } = lack;
  if (library !== undefined) return verdict.libraries.includes(library);
  return verdict.missing.some(
    (one) => (symbol ?? one.symbol) === one.symbol && (version === undefined || version === one.version),
  );
}

/** The verdict says that the file itself is damaged, so that names in it are worth nothing. */
export function saysBroken({ causes }: LibraryVerdict): boolean {
  return causes.some((cause) => cause.startsWith("The file is broken: "));
}

/** Of one kind of sabotage. */
export interface Row {
  number: number;
  /** Refused by the loader. */
  refused: number;
  readonly outcomes: Map<Outcome, number>;
  /** The loader named a symbol, a version or a library; of a file that the verdict calls broken that is worth nothing. */
  named: number;
  namedSame: number;
}

/** Compares all, and lists what is a defect in words that repeat it. */
export function tally(
  copies: readonly Sabotaged[],
  verdicts: readonly LibraryVerdict[],
  answers: readonly LoaderAnswer[],
): { readonly rows: ReadonlyMap<string, Row>; readonly defects: readonly string[] } {
  const rows = new Map<string, Row>();
  const defects: string[] = [];
  for (const [i, copy] of copies.entries()) {
    const [verdict, answer] = [verdicts[i], answers[i]];
    if (verdict === undefined || answer === undefined) throw new Error("fewer answers than files");
    const row = rows.get(copy.kind) ?? { number: 0, refused: 0, outcomes: new Map(), named: 0, namedSame: 0 };
    rows.set(copy.kind, row);
    const outcome = compare(verdict, answer, copy);
    const same = saysBroken(verdict) ? null : namesTheSame(verdict, answer);
    row.number++;
    row.outcomes.set(outcome, (row.outcomes.get(outcome) ?? 0) + 1);
    if (!answer.loads) row.refused++;
    if (same !== null) row.named++;
    if (same === true) row.namedSame++;
    if (outcome !== "wrong" && same !== false) continue;
    defects.push(
      `${copy.kind} (${copy.text}) of ${copy.original}: ${JSON.stringify(answer)}, ${JSON.stringify(verdict)}`,
    );
  }
  return { rows, defects };
}

/** The table of docs/verification.md. */
export function formatTally(rows: ReadonlyMap<string, Row>): string[] {
  const columns: readonly Outcome[] = ["agree", "stricter", "what runs", "cannot tell"];
  return [
    "| sabotage | files | refused by the loader | agree | stricter | what runs | cannot tell | named | named alike |",
    "|---|---|---|---|---|---|---|---|---|",
    ...[...rows].map(([kind, { number, refused, outcomes, named, namedSame }]) => {
      const counts = columns.map((outcome) => outcomes.get(outcome) ?? 0);
      return `| ${[kind, number, refused, ...counts, named, namedSame].join(" | ")} |`;
    }),
  ];
}
