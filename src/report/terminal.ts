/** Pure: what people read on a terminal. */
import { styleText } from "node:util";
import type { Decision, ExtensionDecision } from "../model.ts";
import { assertNever, type Failure } from "./failure.ts";
import { summarise } from "./reasons.ts";

const STYLES = ["bold", "dim", "red", "green", "yellow"] as const;

export type Painter = Readonly<Record<(typeof STYLES)[number], (text: string) => string>>;

/** Styles for one stream. Plain text without a terminal; NO_COLOR and FORCE_COLOR decide where they are set. */
export function paint(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Painter {
  const isWanted = wantsColour(stream, environment);
  const style = (name: (typeof STYLES)[number]) => (text: string) =>
    isWanted ? styleText(name, text, ALWAYS) : text;
  return {
    bold: style("bold"),
    dim: style("dim"),
    red: style("red"),
    green: style("green"),
    yellow: style("yellow"),
  };
}

/** Code, what happened, the state of things and the next command: one line, unless the message itself has more. */
export function failureText(failure: Failure): string {
  const gap = failure.message.includes("\n") ? "\n" : " ";
  return `rebuild-if-needed: ${failure.code} ${failure.message}${gap}Next: ${failure.next}`;
}

/** A decision as `check` shows it: a line for each extension, its reasons indented. */
export function decisionText(decision: Decision): string[] {
  const lines = decision.extensions.flatMap((extension) => [
    headline(extension),
    ...summarise(extension.reasons).map((reason) => `  ${reason}`),
  ]);
  const { estimateMs } = decision;
  return estimateMs === undefined
    ? lines
    : [...lines, `about ${duration(estimateMs)}, going by earlier builds`];
}

/** `420 ms`, `3.2 s`, `95 s`, `12 min`, `1 h 5 min`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 119.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** `2026-03-01 12:00`, in the time zone of whoever reads it. @param at ISO 8601, as records have it. */
export function moment(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The caller has looked at the stream; styleText would look at stdout instead. */
const ALWAYS = { validateStream: false };

function wantsColour(
  stream: { readonly isTTY?: boolean },
  { NO_COLOR, FORCE_COLOR, TERM }: Readonly<Record<string, string | undefined>>,
): boolean {
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  return stream.isTTY === true && TERM !== "dumb";
}

function headline({ name, decision, level, survives }: ExtensionDecision): string {
  switch (decision) {
    case "fresh":
      return `fresh: ${name} is the build of this source`;
    case "restore":
      if (survives === true)
        return `restore: ${name} survives the change; its outputs are verified where they are`;
      return `restore: ${name} was built from this source before`;
    case "rebuild":
      return level === undefined ? `rebuild: ${name}` : `rebuild (${level}): ${name}`;
    case "held":
    case "blocked":
      return `${decision}: ${name}`;
    default:
      return assertNever(decision);
  }
}
