import { writeSync } from "node:fs";
import { isatty } from "node:tty";

/** Who waited this long has turned to something else, ms. */
const LONG_MS = 10_000;

/** Rings the terminal's bell at the end of a long build that was watched; never into a pipe. */
export function ringBell(elapsedMs: number): void {
  if (elapsedMs < LONG_MS || !isatty(2) || process.env["TERM"] === "dumb") return;
  try {
    writeSync(2, "\u0007");
  } catch {
    // a terminal that is about to go
  }
}
