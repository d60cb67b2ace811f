const MOST_LINES = 20;

/** A command as a person would type it. */
export function formatCommand(argv: readonly string[]): string {
  return argv.map(quote).join(" ");
}

/** Output as lines, the middle of a long one left out and counted. */
export function shorten(output: string): string[] {
  const lines = output.split(/\r?\n/).map((line) => line.slice(line.lastIndexOf("\r") + 1).trimEnd());
  while (lines.length > 0 && lines.at(-1) === "") lines.pop();
  if (lines.length <= MOST_LINES) return lines;
  const half = (MOST_LINES - 2) / 2;
  return [...lines.slice(0, half), `  ... ${lines.length - 2 * half} lines left out`, ...lines.slice(-half)];
}

/** Rows as a table with aligned columns; the first row is its head. */
export function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const [head = [], ...body] = rows;
  return [line(head), widths.map((width) => "-".repeat(width)).join("  "), ...body.map(line)];
}

/** `87 ms`, `1.4 s`. */
export function formatTime(ms: number): string {
  return ms < 1000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function quote(word: string): string {
  if (/^[\w@%+=:,./~-]+$/.test(word)) return word;
  // Python's own quotes stay readable inside double ones, where the shell would change nothing.
  if (word.includes("'") && !/["$`\\!]/.test(word)) return `"${word}"`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
