import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { showPath } from "../git/path-bytes.ts";
import type { Workspace } from "../model.ts";
import { missingPassOns } from "./chain-folder.ts";
import { lstatOrNull, readHook } from "./files.ts";
import { hookWord } from "./hook-file.ts";
import type { HooksFolder } from "./location.ts";
import type { HookLocation } from "./way.ts";

/** What a person should know about this installation: sentences. */
export function warningsFor(
  ws: Workspace,
  location: HookLocation,
  hooks: readonly { readonly earlier: string | null }[],
): readonly string[] {
  const folder = location.kind === "config" ? location.hooksFolder : location;
  return [
    ...(folder.kind === "chain" ? outOfStep(folder) : strangersHooks(ws, folder)),
    ...(location.kind === "husky" ? withoutHusky(ws, location) : []),
    ...hooks
      .filter(({ earlier }) => earlier !== null && readsOwnName(readHook(earlier) ?? ""))
      .map(({ earlier }) => `${earlier} seems to look at its own file name, which is now longer: try it`),
  ];
}

/** Hook files that a branch brings: git runs them, whoever wrote the branch, and nothing of ours can hold them. */
function strangersHooks(ws: Workspace, folder: HooksFolder): readonly string[] {
  const isTracked = folder.kind === "tracked" || folder.kind === "husky";
  if (!isTracked) return [];
  const path = folder.kind === "husky" ? folder.projectFolder : folder.folder;
  const shown = showPath(relative(ws.top, path)) || ".";
  const off =
    folder.kind === "husky" ? "HUSKY=0 git switch BRANCH" : "git -c core.hooksPath=/dev/null switch BRANCH";
  return [
    `git runs the hooks in ${shown} of whatever is checked out, a stranger's too. Without them: ${off}`,
  ];
}

/** husky's folder of stubs is git-ignored, so each work tree needs its own; where it is missing, git runs nothing. */
function withoutHusky(
  ws: Workspace,
  location: Extract<HooksFolder, { readonly kind: "husky" }>,
): readonly string[] {
  if (location.folder === location.projectFolder) return []; // husky 8 runs the project's own folder
  const stubs = relative(ws.top, location.folder);
  const bare = workTrees(ws).filter((top) => lstatOrNull(join(top, stubs)) === null);
  return bare.map(
    (top) =>
      `no hook runs in ${showPath(top)}, which has no ${showPath(stubs)}: run \`npx husky\` there, then \`rebuild-if-needed install\``,
  );
}

/** Tops of all work trees of this repository that are there, this one first. */
function workTrees(ws: Workspace): readonly string[] {
  const linked = join(ws.commonDir, "worktrees");
  const names = existsSync(linked) ? readdirSync(linked) : [];
  const tops = names.flatMap((name) => topOfLinked(join(linked, name, "gitdir")));
  const main = existsSync(join(dirname(ws.commonDir), ".git")) ? [dirname(ws.commonDir)] : [];
  return [...new Set([ws.top, ...main, ...tops])].filter((top) => existsSync(top));
}

/** The file names the `.git` file of a linked work tree (gitrepository-layout). */
function topOfLinked(file: string): readonly string[] {
  try {
    return [dirname(readFileSync(file, "utf8").replace(/\n$/, ""))];
  } catch {
    return [];
  }
}

/** The folder outside has moved, or has hooks that came later. */
function outOfStep(location: Extract<HookLocation, { readonly kind: "chain" }>): readonly string[] {
  const text = readHook(join(location.folder, "post-merge"));
  if (text === null) return [];
  const again = "Next: rebuild-if-needed install";
  if (!text.includes(hookWord(join(location.outside, "post-merge"))))
    return [
      `core.hooksPath now names ${showPath(location.outside)}, which our hooks do not pass on to. ${again}`,
    ];
  const missing = missingPassOns(location.folder, location.outside);
  return missing.length === 0
    ? []
    : [`${missing.join(", ")} in ${showPath(location.outside)} came later and do not run here. ${again}`];
}

/** Hooks that serve several events by the name they were called by, such as overcommit's. */
function readsOwnName(text: string): boolean {
  return /basename["'(\s]+(--\s+)?"?\$(0|\{0|PROGRAM_NAME)|\$\{0##\*\/\}/.test(text);
}
