import { lstatOrNull, readHook } from "./files.ts";
import type { HookLocation } from "./location.ts";

/** What a person should know about this installation: sentences. */
export function warningsFor(
  location: HookLocation,
  hooks: readonly { readonly earlier: string | null }[],
): readonly string[] {
  const warnings: string[] = [];
  if (location.kind === "husky") {
    if (lstatOrNull(location.folder) === null) {
      warnings.push(
        `no hook runs in this work tree until \`npx husky\` has made ${location.folder}: run it, then \`rebuild-if-needed install\``,
      );
    } else if (location.folder !== location.projectFolder) {
      warnings.push(
        "a linked work tree has no .husky/_ of its own: no hook runs there until `npx husky` was run in it",
      );
    }
  }
  for (const { earlier } of hooks) {
    if (earlier !== null && readsOwnName(readHook(earlier) ?? "")) {
      warnings.push(`${earlier} seems to look at its own file name, which is now longer: try it`);
    }
  }
  return warnings;
}

/** Hooks that serve several events by the name they were called by, such as overcommit's. */
function readsOwnName(text: string): boolean {
  return /basename["'(\s]+(--\s+)?"?\$(0|\{0|PROGRAM_NAME)|\$\{0##\*\/\}/.test(text);
}
