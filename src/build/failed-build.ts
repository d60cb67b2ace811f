import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { showPath } from "../git/path-bytes.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import { type Failure, type Result, err, failure, refuse } from "../report/failure.ts";
import { printable } from "./output/printable.ts";
import { isThere } from "./output-files.ts";

/** Of what a failed recipe said last, characters. */
const LONGEST_LINE = 2000;

const PREVIOUS = /Your previous build is (untouched|in place)\./;

/** The state that a failed first build leaves things in. */
export function withoutPrevious<T>(result: Result<T>): Result<T> {
  if (result.ok) return result;
  const { code, message, next, exit } = result.failure;
  const told = message.replace(PREVIOUS, "There was no build before, and there is none now.");
  return err({ code, message: told, next, exit });
}

/** Never claims a previous build that the recipe has destroyed together with what was put aside. */
export function withoutLost<T>(observed: Observed, part: ObservedExtension, result: Result<T>): Result<T> {
  const outputs = part.known.kind === "known" ? part.known.baseline.outputs : [];
  const lost = outputs.find((one) => !observed.tracked.has(one.path) && !isThere(observed.ws, one.path));
  if (result.ok || lost === undefined) return result;
  const { code, message, next, exit } = result.failure;
  const text = `${showPath(lost.path)} of your previous build is gone: the recipe deleted what was put aside.`;
  return err({ code, message: message.replace(PREVIOUS, text), next, exit });
}

/** E209: somebody asked the build to stop. */
export function cancelled<T>(): Result<T> {
  return refuse("E209", "cancelled. Your previous build is in place.", "rebuild-if-needed");
}

/** E201 with the cause, where the log gives it away, above the last lines of the log. */
export async function recipeFailure(argv: readonly string[], how: string, log: string): Promise<Failure> {
  const { causeOf } = await import("./log-causes.ts");
  const text = readFileSync(log, "utf8");
  const cause = causeOf(text);
  const lines = text
    .trimEnd()
    .split("\n")
    .slice(-6)
    .map((line) => `  ${printable(line.slice(line.lastIndexOf("\r", line.length - 2) + 1), LONGEST_LINE)}`);
  const head = `build failed (${basename(argv[0] ?? "")}, ${how}). Your previous build is untouched.`;
  const why = cause === null ? "" : `\n${cause.cause}`;
  const next = cause === null ? "" : `${cause.fix}; then: `;
  return failure("E201", `${head}${why}\n${lines.join("\n")}\nLog: ${log}`, `${next}rebuild-if-needed`);
}
