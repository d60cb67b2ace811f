/** `.ninja_log`: when each step began and ended, as ninja itself measured it. Pure. */

/** Versions 5 to 7 (ninja 1.5 to 1.13): `start end mtime output hash`, both in ms since this ninja began. */
const HEAD = /^# ninja log v([567])\n/;

/** Longest that a step can be believed to have taken, ms. */
const LONGEST_MS = 24 * 3_600_000;

/** @returns output -> how long its step took, ms; where an output has two lines, the newest. Empty when not understood. */
export function parseNinjaLog(text: string): Map<string, number> {
  const found = new Map<string, number>();
  if (!HEAD.test(text)) return found;
  for (const line of text.split("\n").slice(1)) {
    const [start, end, , output] = line.split("\t");
    const tookMs = Number(end) - Number(start);
    if (output === undefined || output === "" || !(tookMs >= 0 && tookMs < LONGEST_MS)) continue;
    found.set(output, tookMs);
  }
  return found;
}
