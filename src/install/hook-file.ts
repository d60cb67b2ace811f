import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { HookName } from "./hook-names.ts";

/** What a hook starts: both absolute. */
export interface HookTarget {
  readonly node: string;
  readonly program: string;
}

/** Text of a hook for this machine: the file of this name in `hooks/` with the two paths filled in (latin1). */
export function hookText(name: HookName, target: HookTarget): string {
  const template = readFileSync(
    join(packageRoot(dirname(fileURLToPath(import.meta.url))), "hooks", name),
    "latin1",
  );
  return template
    .replace("@NODE@", () => quote(target.node))
    .replace("@PROGRAM@", () => quote(target.program));
}

/** Nearest folder at or above `from` that holds our package. */
export function packageRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (isPackage(folder)) return folder;
    if (folder === dirname(folder)) throw new Error(`no package rebuild-if-needed at or above ${from}`);
  }
}

function isPackage(folder: string): boolean {
  return existsSync(join(folder, "package.json")) && existsSync(join(folder, "hooks", "post-merge"));
}

/** One sh word, whatever is in the path; one character for each byte, as all hook text here. */
function quote(path: string): string {
  return `'${Buffer.from(path.replaceAll("'", `'\\''`)).toString("latin1")}'`;
}
