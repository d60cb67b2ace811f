import { existsSync, lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { gitRecords } from "../git/git.ts";
import { showPath } from "../git/path-bytes.ts";
import type { Workspace } from "../model.ts";
import { ok, refuse, type Result } from "../report/failure.ts";
import { askGit } from "./user-git.ts";

/** Where git looks for this repository's hooks, and how we may go in there. */
export type HookLocation =
  /** A folder of this clone alone: the git dir's own, or an untracked one named by core.hooksPath. */
  | { readonly kind: "folder"; readonly folder: string }
  /**
   * husky: git runs the stubs in `folder` (git-ignored, written anew by husky), each runs the project's file of the
   * same name in `projectFolder`. husky 8 has no stubs: there both are the project's folder.
   */
  | { readonly kind: "husky"; readonly folder: string; readonly projectFolder: string };

/** Finds where hooks go. E305: git looks in a place that other repositories or the project's history share. */
export async function findLocation(
  ws: Workspace,
  environment: NodeJS.ProcessEnv,
): Promise<Result<HookLocation>> {
  const answer = await askGit(ws.top, environment, ["rev-parse", "--git-path", "hooks"]);
  if (answer === null || answer.trim() === "") {
    return refuse(
      "E305",
      "git did not say where its hooks are. Nothing was changed.",
      "git rev-parse --git-path hooks",
    );
  }
  const folder = realPath(resolve(ws.top, answer.replace(/\n$/, "")));
  const projectFolder = huskyFolder(folder);
  if (projectFolder !== null) {
    if (isWithin(projectFolder, ws.top)) return ok({ kind: "husky", folder, projectFolder });
    return refuse(
      "E305",
      `git runs the husky hooks of another folder, ${showPath(projectFolder)}. Nothing was changed.`,
      `cd ${showPath(dirname(projectFolder))} && rebuild-if-needed install`,
    );
  }
  if (isWithin(folder, ws.commonDir) || isWithin(folder, ws.gitDir)) return ok({ kind: "folder", folder });
  if (!isWithin(folder, ws.top)) return refuseShared(ws, folder, await origin(ws, environment));
  if (await holdsTrackedFiles(ws.top, folder)) return refuseTracked(ws, folder);
  return ok({ kind: "folder", folder });
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The project's hook folder if `folder` is husky's: 9 has stubs in `.husky/_`, 8 a script in it. */
function huskyFolder(folder: string): string | null {
  if (basename(folder) === "_" && (basename(dirname(folder)) === ".husky" || existsSync(join(folder, "h")))) {
    return dirname(folder);
  }
  return existsSync(join(folder, "_", "husky.sh")) ? folder : null;
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    const isDangling = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    return parent === path || isDangling ? path : join(realPath(parent), basename(path));
  }
}

async function holdsTrackedFiles(top: string, folder: string): Promise<boolean> {
  const paths = await gitRecords(top, [
    "--literal-pathspecs",
    "ls-files",
    "-z",
    "--",
    relative(top, folder) || ".",
  ]);
  return paths === null || paths.length > 0;
}

/** ` (set in ~/.gitconfig)` where git tells. */
async function origin(ws: Workspace, environment: NodeJS.ProcessEnv): Promise<string> {
  const answer = await askGit(ws.top, environment, ["config", "--show-origin", "--get", "core.hooksPath"]);
  const file = answer?.split("\t")[0]?.replace(/^file:/, "") ?? "";
  return file === "" ? "" : ` (set in ${file})`;
}

function refuseShared(ws: Workspace, folder: string, setIn: string): Result<HookLocation> {
  const what =
    folder === "/dev/null"
      ? `git's hooks are switched off${setIn}`
      : `git takes hooks from ${showPath(folder)}${setIn}`;
  const why = folder === "/dev/null" ? "" : ", which is outside this repository and may serve others";
  return refuse("E305", `${what}${why}. Nothing was changed. ${ONLY_OWN}`, ownFolder(ws));
}

function refuseTracked(ws: Workspace, folder: string): Result<HookLocation> {
  const shown = showPath(relative(ws.top, folder)) || ".";
  return refuse(
    "E305",
    `git takes hooks from ${shown}, whose files are tracked: a checkout would overwrite ours, ` +
      `a commit would carry this machine's paths. Nothing was changed. ${ONLY_OWN}`,
    ownFolder(ws),
  );
}

const ONLY_OWN = "With the next command only this clone's own hooks run here.";

function ownFolder(ws: Workspace): string {
  return `git config core.hooksPath '${showPath(join(ws.commonDir, "hooks"))}' && rebuild-if-needed install`;
}
