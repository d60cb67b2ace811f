import { readFileSync } from "node:fs";
import { ownFile } from "../package-root.ts";
import type { HookName } from "./hook-names.ts";

/** What a hook starts: both absolute. */
export interface HookTarget {
  readonly node: string;
  readonly program: string;
}

/** Text of a hook for this machine: the file of this name in `hooks/` with the two paths filled in (latin1). */
export function hookText(name: HookName, target: HookTarget): string {
  return readFileSync(ownFile("hooks", name), "latin1")
    .replace("@NODE@", () => quote(target.node))
    .replace("@PROGRAM@", () => quote(target.program));
}

/** One sh word, whatever is in the path; one character for each byte, as all hook text here. */
function quote(path: string): string {
  return `'${Buffer.from(path.replaceAll("'", `'\\''`)).toString("latin1")}'`;
}
