/**
 * The chain folder: in the git dir, in place of a hooks folder outside the repository. Our hooks, and for every other hook a
 * file that passes on to the one outside, if it is there when git asks.
 */
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Workspace } from "../model.ts";
import { BEGIN, blockOf, END } from "./block.ts";
import { lstatOrNull, readHook, replaceFile } from "./files.ts";
import { hookWord } from "./hook-file.ts";
import { isOurs } from "./hook-folder.ts";
import { HOOK_NAMES } from "./hook-names.ts";

/** Where it lies. Linked work trees share it. */
export function chainFolder(ws: Workspace): string {
  return join(ws.commonDir, "rebuild-if-needed", "hooks-path");
}

/** Writes the files that pass on. Ours are not written here. */
export function writePassOns(folder: string, outside: string): void {
  const wanted = passedOn(outside);
  for (const name of wanted) {
    const text = passOnText(name, join(outside, name));
    if (blockOf(readHook(join(folder, name)) ?? "") !== blockOf(text))
      replaceFile(join(folder, name), text, 0o755);
  }
  for (const name of passOnsIn(folder)) if (!wanted.includes(name)) rmSync(join(folder, name));
}

/** Names of hooks that are outside now and that nothing passes on to: `install` adds them. */
export function missingPassOns(folder: string, outside: string): readonly string[] {
  return passedOn(outside).filter((name) => !isOurs(join(folder, name)));
}

/** Takes out what `writePassOns` wrote. Files of others stay. */
export function removePassOns(folder: string): void {
  for (const name of passOnsIn(folder)) rmSync(join(folder, name));
}

/**
 * Hooks that a person's git runs and that change nothing when they do nothing (git's sources, 2.39 to 2.55). The others
 * are passed on only where the folder outside has them: git takes `push-to-checkout` and `proc-receive` as a replacement
 * of its own work as soon as they exist, and starts `reference-transaction` for each ref.
 */
const HARMLESS: readonly string[] = [
  "applypatch-msg",
  "pre-applypatch",
  "pre-commit",
  "pre-merge-commit",
  "prepare-commit-msg",
  "commit-msg",
  "pre-rebase",
  "pre-push",
  "pre-auto-gc",
  "sendemail-validate",
];

function passedOn(outside: string): readonly string[] {
  const present = namesIn(outside).filter(
    (name) => /^[a-z0-9-]+$/.test(name) && isProgram(join(outside, name)),
  );
  const own: readonly string[] = HOOK_NAMES;
  return [...new Set([...HARMLESS, ...present])].filter((name) => !own.includes(name)).toSorted();
}

function passOnText(name: string, target: string): string {
  const isReplacement = name === "push-to-checkout" || name === "proc-receive";
  const absent = isReplacement
    ? `echo "rebuild-if-needed: $hook has gone. Next: rebuild-if-needed install" >&2; exit 1`
    : "exit 0";
  return `#!/bin/sh
${BEGIN} written by \`rebuild-if-needed install\`; \`rebuild-if-needed uninstall\` takes it out
hook=${hookWord(target)}
if [ -f "$hook" ] && [ -x "$hook" ]; then exec "$hook" "$@"; fi
${absent}
${END}
`;
}

function passOnsIn(folder: string): readonly string[] {
  const own: readonly string[] = HOOK_NAMES;
  return namesIn(folder).filter((name) => !own.includes(name) && isOurs(join(folder, name)));
}

export function namesIn(folder: string): readonly string[] {
  return lstatOrNull(join(folder, ".")) === null ? [] : readdirSync(folder);
}

function isProgram(path: string): boolean {
  try {
    const stat = statSync(path);
    return stat.isFile() && (stat.mode & 0o111) !== 0;
  } catch {
    return false; // a link to nothing
  }
}
