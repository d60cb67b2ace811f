import { accessSync, constants, existsSync, lstatSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { showPath } from "../git/path-bytes.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import type { Workspace } from "../model.ts";
import { type Failure, failure } from "../report/failure.ts";
import { errorCode, unwritable } from "../store/state-file.ts";
import { journalPath } from "./journal.ts";
import { printable } from "./output/printable.ts";
import { isThere } from "./output-files.ts";

/** Of what a failed recipe said last, characters. */
const LONGEST_LINE = 2000;

const PREVIOUS = /Your previous build is (untouched|in place)\./;

/** The state that a failed first build leaves things in. */
export function withoutPrevious(reason: Failure): Failure {
  const told = "There was no build before, and there is none now.";
  return { ...reason, message: reason.message.replace(PREVIOUS, told) };
}

/** Says that a next build does not begin at nothing. @param steps that are kept of this one. */
export function withKept(reason: Failure, steps: number): Failure {
  if (steps === 0) return reason;
  const kept = `${steps} finished step${steps === 1 ? " is" : "s are"} kept: the next build of this source goes on there.`;
  const [first = "", ...more] = reason.message.split("\n");
  return { ...reason, message: [`${first} ${kept}`, ...more].join("\n") };
}

/** Never claims a previous build that was not whole before, or that the recipe destroyed with what was put aside. */
export function withoutLost(observed: Observed, part: ObservedExtension, reason: Failure): Failure {
  const outputs = part.known.kind === "known" ? part.known.baseline.outputs : [];
  const gone = outputs.filter((one) => !observed.tracked.has(one.path) && !isThere(observed.ws, one.path));
  const reasons = part.observation.outputReasons;
  const wasGone = new Set(reasons.filter(({ kind }) => kind === "output-missing").map(({ path }) => path));
  const lost = gone.find(({ path }) => !wasGone.has(path)) ?? gone[0];
  if (lost === undefined) return reason;
  const text = wasGone.has(lost.path)
    ? `${showPath(lost.path)} of your previous build was missing before, and is still; all else is as it was.`
    : `${showPath(lost.path)} of your previous build is gone: the recipe deleted what was put aside.`;
  return { ...reason, message: reason.message.replace(PREVIOUS, text) };
}

/** A move that the file system refused: E205 where it is full, else E303. All is as it was, or will be at the next start. */
export function notMoved(ws: Workspace, error: unknown): Failure {
  const place = refusedPlace(ws, error);
  const code = errorCode(error) ?? "";
  const told = unwritable(place ?? ws.stateDir, error);
  if (told.code !== "E303") return told;
  const state = existsSync(journalPath(ws))
    ? "The next command puts back what was moved."
    : "Nothing was changed.";
  if (place === null || !["EACCES", "EPERM", "EROFS"].includes(code))
    return { ...told, message: told.message.replace("Nothing was changed.", state) };
  const folder = showPath(isClosedFolder(place) ? place : dirname(place));
  const message = `nothing can be moved into or out of ${folder} (${code}). ${state}`;
  return { ...told, message, next: `ls -ld '${folder}'; make it writable, then: rebuild-if-needed` };
}

function isClosedFolder(path: string): boolean {
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  try {
    accessSync(path, constants.W_OK);
    return false;
  } catch {
    return true;
  }
}

/** What lies outside of our state; null where nothing does. */
function refusedPlace(ws: Workspace, error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const places = ["path", "dest"].map((name): unknown => Reflect.get(error, name));
  const ofOthers = (place: unknown): place is string =>
    typeof place === "string" && place !== ws.stateDir && !place.startsWith(`${ws.stateDir}/`);
  return places.find(ofOthers) ?? null;
}

/** E209: somebody asked the build to stop. */
export function cancelled(): Failure {
  return failure("E209", "cancelled. Your previous build is in place.", "rebuild-if-needed");
}

/** E201 with the cause, where the log gives it away, above the lines of the log that tell most. */
export async function recipeFailure(argv: readonly string[], how: string, log: string): Promise<Failure> {
  const [{ causeOf }, { tellingLines }] = await Promise.all([
    import("./log-causes.ts"),
    import("./telling-lines.ts"),
  ]);
  const text = readLog(log);
  const cause = causeOf(text);
  const lines = tellingLines(text).map(
    (line) => `  ${printable(line.slice(line.lastIndexOf("\r", line.length - 2) + 1), LONGEST_LINE)}`,
  );
  const head = `build failed (${basename(argv[0] ?? "")}, ${how}). Your previous build is untouched.`;
  const why = cause === null ? "" : `\n${cause.cause}`;
  const next = cause === null ? "" : `${cause.fix}; then: `;
  return failure("E201", `${head}${why}\n${lines.join("\n")}\nLog: ${log}`, `${next}rebuild-if-needed`);
}

function readLog(log: string): string {
  try {
    return readFileSync(log, "utf8");
  } catch {
    return ""; // somebody has removed it
  }
}
