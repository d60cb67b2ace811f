/** Pairs of commits with the answer that a build would give: `OLD NEW LABEL [why]`, one a line, `#` for remarks. */

export const LABELS = ["hard", "soft", "none"] as const;

/**
 * hard: a library of the new end can differ from one of the old end. soft: something that drives the build was
 * edited, but no compiler would see a difference. none: nothing that the build reads was touched.
 */
export type Label = (typeof LABELS)[number];

export interface Pair {
  readonly from: string;
  readonly to: string;
  readonly label: Label;
  /** What differs, or "". */
  readonly why: string;
  /** `commit`, `day` or `week`: from the last line `# span: NAME`; "" before the first. */
  readonly span: string;
}

/** Throws with the line's number at the first line that is no pair. */
export function parsePairs(text: string): Pair[] {
  const pairs: Pair[] = [];
  let span = "";
  text.split("\n").forEach((line, at) => {
    const named = /^#\s*span:\s*(\S+)/.exec(line)?.[1];
    if (named !== undefined) span = named;
    if (line.startsWith("#") || line.trim() === "") return;
    const [, from, to, word, why] = /^([0-9a-f]{4,64}) ([0-9a-f]{4,64}) (\w+)(?: (.*))?$/.exec(line) ?? [];
    const label = LABELS.find((one) => one === word);
    if (from === undefined || to === undefined || label === undefined)
      throw new Error(`line ${at + 1} is not "OLD NEW LABEL [why]": ${line}`);
    pairs.push({ from, to, label, why: why ?? "", span });
  });
  return pairs;
}

/** The text that `parsePairs` reads, under remarks that say how the labels were made. */
export function renderPairs(remarks: readonly string[], pairs: readonly Pair[]): string {
  const lines = remarks.map((remark) => `# ${remark}`);
  let span = "";
  for (const pair of pairs) {
    if (pair.span !== span) lines.push(`# span: ${pair.span}`);
    span = pair.span;
    lines.push([pair.from, pair.to, pair.label, ...(pair.why === "" ? [] : [pair.why])].join(" "));
  }
  return `${lines.join("\n")}\n`;
}
