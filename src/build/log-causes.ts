/** Known reasons for a failed build or load, by the words that compilers, installers and loaders use. Pure. */
import type { CauseRow } from "./causes/cause.ts";
import { CMAKE } from "./causes/cmake.ts";
import { CUDA } from "./causes/cuda.ts";
import { INSTALLERS } from "./causes/installers.ts";
import { LOADER } from "./causes/loader.ts";
import { MACHINE, MACHINE_LAST, OUT_OF_MEMORY } from "./causes/machine.ts";
import { SOURCES, SOURCES_LAST } from "./causes/sources.ts";

export interface LogCause {
  /** One sentence: what is wrong. */
  readonly cause: string;
  /** What to do or type. */
  readonly fix: string;
}

/** The cause that a log tells, or null. Where it tells several, the one that brings about the others. */
export function causeOf(log: string): LogCause | null {
  for (const row of CAUSES) {
    const match = row.pattern.exec(log);
    if (match !== null) return { cause: fill(row.cause, match), fix: fill(row.fix, match) };
  }
  return null;
}

/** True when a log says that the system, short of memory, ended a compiler. */
export function ranOutOfMemory(log: string): boolean {
  return OUT_OF_MEMORY.test(log);
}

/** First comes what makes other lines of the table appear too. */
const CAUSES: readonly CauseRow[] = [
  ...MACHINE,
  ...INSTALLERS,
  ...CUDA,
  ...SOURCES,
  ...CMAKE,
  ...LOADER,
  ...SOURCES_LAST,
  ...MACHINE_LAST,
];

function fill(text: string, match: RegExpExecArray): string {
  const first = match.slice(1).find((group) => group !== undefined) ?? "";
  return text.replace(/\$(\d)/g, (_, group: string) => match[Number(group)] ?? first);
}
