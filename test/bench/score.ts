import { LABELS, type Label, type Pair } from "./pairs.ts";

/** What the tool said of a pair. */
export interface Answer {
  readonly isFresh: boolean;
  /** Most telling first. */
  readonly reasons: readonly string[];
}

export interface Scored {
  readonly pair: Pair;
  readonly answer: Answer;
}

export interface Row {
  readonly span: string;
  readonly label: Label;
  readonly pairs: number;
  /** How many of them the tool answered with anything but fresh. */
  readonly stale: number;
}

export interface Score {
  /** By span in order of appearance, and in each span by label. */
  readonly rows: readonly Row[];
  /** Labelled hard, answered fresh. */
  readonly missed: readonly Scored[];
  /** Labelled none, answered otherwise. */
  readonly falseAlarms: readonly Scored[];
  /** Of the pairs labelled none; null when there is none. */
  readonly falseAlarmRate: number | null;
}

/** Holds the answers against the labels. Soft pairs may go either way: they are counted and nothing more. */
export function score(all: readonly Scored[]): Score {
  const spans = [...new Set(all.map(({ pair }) => pair.span))];
  const rows = spans.flatMap((span) =>
    LABELS.map((label) => {
      const these = all.filter(({ pair }) => pair.span === span && pair.label === label);
      return { span, label, pairs: these.length, stale: these.filter(isStale).length };
    }),
  );
  const nones = all.filter(({ pair }) => pair.label === "none");
  const falseAlarms = nones.filter(isStale);
  return {
    rows: rows.filter((row) => row.pairs > 0),
    missed: all.filter((one) => one.pair.label === "hard" && one.answer.isFresh),
    falseAlarms,
    falseAlarmRate: nones.length === 0 ? null : falseAlarms.length / nones.length,
  };
}

function isStale({ answer }: Scored): boolean {
  return !answer.isFresh;
}

/** For people: a Markdown table, then each miss and each false alarm with the tool's reasons. */
export function renderScore(result: Score): string[] {
  const rate = result.falseAlarmRate === null ? "-" : `${(100 * result.falseAlarmRate).toFixed(2)} %`;
  return [
    "| span | label | pairs | answered stale |",
    "|---|---|---|---|",
    ...result.rows.map((row) => `| ${row.span} | ${row.label} | ${row.pairs} | ${row.stale} |`),
    "",
    `missed hard pairs: ${result.missed.length}`,
    ...result.missed.map(({ pair }) => `  MISS ${pair.span} ${pair.from} ${pair.to}: ${pair.why}`),
    `false alarms: ${result.falseAlarms.length} (${rate} of the pairs labelled none)`,
    ...result.falseAlarms.map(
      ({ pair, answer }) =>
        `  FALSE ${pair.span} ${pair.from} ${pair.to}: ${answer.reasons.slice(0, 5).join("; ")}`,
    ),
  ];
}
