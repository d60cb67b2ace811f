import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ownFile } from "../package-root.ts";
import type { HookName } from "./hook-names.ts";

/** What a hook starts: both absolute. */
export interface HookTarget {
  readonly node: string;
  readonly program: string;
}

/**
 * Text of a hook for this machine: the file of this name in `hooks/` with the two paths filled in (latin1).
 * @param outside the folder whose hook of this name runs first; null: the one that is kept beside ours.
 */
export function hookText(name: HookName, target: HookTarget, outside: string | null = null): string {
  const text = readFileSync(ownFile("hooks", name), "latin1")
    .replace("@NODE@", () => hookWord(target.node))
    .replace("@PROGRAM@", () => hookWord(target.program));
  return outside === null
    ? text
    : text.replace(/^earlier=.*$/m, () => `earlier=${hookWord(join(outside, name))}`);
}

/** One sh word, whatever is in the path; one character for each byte, as all hook text here. */
export function hookWord(path: string): string {
  return `'${Buffer.from(path.replaceAll("'", `'\\''`)).toString("latin1")}'`;
}
