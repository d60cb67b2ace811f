/** For which Pythons a wheel says it is, and whether its modules agree. */
import type { Interpreter } from "../model.ts";
import type { Findings } from "./findings.ts";
import { taggedName } from "./module-name.ts";
import { subjectOf } from "./findings.ts";

/** `cp39-abi3-manylinux_2_28_x86_64` (PEP 425). */
export interface WheelTag {
  readonly python: string;
  readonly abi: string;
  readonly platform: string;
}

/** The `Tag:` lines of a wheel's `WHEEL` file. */
export function parseTags(text: string): WheelTag[] {
  return [...text.matchAll(/^Tag:\s*(\S+?)-(\S+?)-(\S+)\s*$/gm)].map(
    ([, python = "", abi = "", platform = ""]) => ({ python, abi, platform }),
  );
}

/** Whether an installer would take one of the tags for this Python; its platform is not asked. */
export function fitsPython(tags: readonly WheelTag[], { version, soabi }: Interpreter): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const isFreeThreaded = /^cpython-\d+t/.test(soabi);
  return tags.some(({ python, abi }) => {
    const [, implementation, tagMajor, tagMinor] = /^(py|cp)(\d)(\d*)$/.exec(python) ?? [];
    if (implementation === undefined || Number(tagMajor) !== major) return false;
    const isOlder = tagMinor === "" || Number(tagMinor) <= minor;
    if (abi === "none")
      return implementation === "cp" && tagMinor !== "" ? Number(tagMinor) === minor : isOlder;
    if (abi === "abi3") return isOlder && !isFreeThreaded;
    return abi === `cp${major}${minor}${isFreeThreaded ? "t" : ""}`;
  });
}

/** Modules that only one Python imports, in a wheel that says it is for several. */
export function judgeTags(folder: string, files: readonly string[], tags: readonly WheelTag[]): Findings {
  const isForMany = tags.length > 0 && tags.every(({ abi }) => abi === "abi3" || abi === "none");
  const narrow = isForMany
    ? files.filter((path) => taggedName(path)?.tag.startsWith("cpython") === true)
    : [];
  const warnings = narrow.map((path) => ({
    subject: subjectOf(folder, path),
    text: `is for one Python only (${taggedName(path)?.tag ?? ""}), but the wheel says ${shownTags(tags)}`,
  }));
  return { problems: [], warnings };
}

/** For people: `cp39-abi3`, or several of them. */
export function shownTags(tags: readonly WheelTag[]): string {
  return [...new Set(tags.map(({ python, abi }) => `${python}-${abi}`))].join(", ");
}
