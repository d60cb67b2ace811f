/** What is said of a recipe that ended well. Pure. */
import { duration } from "../../report/terminal.ts";
import type { CacheUse } from "./cache-hits.ts";
import { printable } from "./printable.ts";

export interface RecipeSummary {
  readonly compiled: number;
  readonly warnings: number;
  readonly recipeMs: number;
  /** File and ms, slowest first. */
  readonly slowest: readonly (readonly [string, number])[];
  readonly cache: CacheUse | null;
}

/** Shorter recipes have no slow files, ms. */
const SHORT_MS = 10_000;

/** At most two lines; none when there is nothing to say. */
export function summaryLines(summary: RecipeSummary, log: string): string[] {
  const { compiled, warnings, recipeMs, slowest, cache } = summary;
  const isWorthIt = compiled > 1 || warnings > 0 || cache !== null;
  if (compiled === 0 || !isWorthIt) return [];
  const parts = [
    `${count(compiled, "file")} compiled`,
    ...(cache === null ? [] : [`${cache.hits} of ${cache.calls} from ccache`]),
    ...(warnings === 0 ? [] : [`${count(warnings, "compiler warning")} (in ${log})`]),
  ];
  const files = slowest.map(([file, ms]) => `${printable(file, 60)} ${duration(ms)}`);
  return [
    `  ${parts.join(", ")}`,
    ...(recipeMs < SHORT_MS || files.length < 2 ? [] : [`  slowest: ${files.join(", ")}`]),
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
