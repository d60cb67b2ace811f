/** Which pins of a CMake file moved: more telling than that it changed. */
import { showPath } from "../git/path-bytes.ts";
import type { ExtensionDecision, Reason, RepoPath } from "../model.ts";

/** Text of a file by its content id, or null. `path` is where it lies now. */
export type ReadVersion = (id: string, path: RepoPath) => Promise<string | null>;

/** The decisions, with the pins that moved named in the reasons: `cmake/x.cmake: GIT_TAG 57b4e68 -> 1140252`. */
export async function tellPins(
  decisions: readonly ExtensionDecision[],
  read: ReadVersion,
): Promise<ExtensionDecision[]> {
  return Promise.all(
    decisions.map(async (one) => ({
      ...one,
      reasons: await Promise.all(one.reasons.map((reason) => tellPin(reason, read))),
    })),
  );
}

/** True when a reason may be told better, so that files are worth reading. */
export function mayTellPins(decisions: readonly ExtensionDecision[]): boolean {
  return decisions.some(({ reasons }) => reasons.some(isAboutCMake));
}

/** Pins that differ, in the order of the file; none where one came or went, for then they cannot be paired. */
export function movedPins(before: string, now: string): { name: string; from: string; to: string }[] {
  const [old, present] = [pinsOf(before), pinsOf(now)];
  if (old.length !== present.length || old.some(({ name }, at) => present[at]?.name !== name)) return [];
  return old
    .map(({ name, value }, at) => ({ name, from: value, to: present[at]?.value ?? "" }))
    .filter(({ from, to }) => from !== to);
}

async function tellPin(reason: Reason, read: ReadVersion): Promise<Reason> {
  const { path, from, to, text } = reason;
  if (!isAboutCMake(reason) || path === undefined || from === undefined || to === undefined) return reason;
  const [before, now] = [await read(from, path), await read(to, path)];
  const moved = before === null || now === null ? [] : movedPins(before, now);
  if (moved.length === 0) return reason;
  const pins = moved.map((pin) => `${pin.name} ${short(pin.from)} -> ${short(pin.to)}`).join(", ");
  return { ...reason, text: text.replace(`${showPath(path)} changed`, () => `${showPath(path)}: ${pins}`) };
}

function isAboutCMake({ kind, path = "" }: Reason): boolean {
  return kind === "input-changed" && /(?:\.cmake|(?:^|\/)CMakeLists\.txt)$/.test(path);
}

/** `GIT_TAG x`, and variables that are named for holding such a thing. Comments do not pin. */
function pinsOf(text: string): { name: string; value: string }[] {
  const code = text.replace(/^\s*#.*$/gm, "");
  const pins = /\b(GIT_TAG)\s+"?([^\s")]+)|\bset\s*\(\s*(\w+_(?:REVISION|TAG|COMMIT))\s+"?([^\s")]+)/gi;
  return [...code.matchAll(pins)].map(([, tag, value, name, set]) => ({
    name: tag ?? name ?? "",
    value: value ?? set ?? "",
  }));
}

function short(value: string): string {
  return /^[0-9a-f]{40,64}$/.test(value) ? value.slice(0, 9) : value;
}
