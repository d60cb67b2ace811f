import { existsSync, lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { gitRecords } from "../git/git.ts";
import { showPath } from "../git/path-bytes.ts";
import type { Workspace } from "../model.ts";
import { ok, refuse, type Result } from "../report/failure.ts";
import { chainFolder } from "./chain-folder.ts";
import { askGit } from "./user-git.ts";

/** The folder that git takes hooks from, whoever put it there. */
export type HooksFolder =
  /** A folder of this clone alone: the git dir's own, or an untracked one named by core.hooksPath. */
  | { readonly kind: "folder"; readonly folder: string }
  /**
   * husky: git runs the stubs in `folder` (git-ignored, written anew by husky), each runs the project's file of the
   * same name in `projectFolder`. husky 8 has no stubs: there both are the project's folder.
   */
  | { readonly kind: "husky"; readonly folder: string; readonly projectFolder: string }
  /** husky of a tree around this one, which may serve others. */
  | { readonly kind: "husky-elsewhere"; readonly folder: string; readonly projectFolder: string }
  /** In the work tree, with tracked files: a checkout would overwrite ours. */
  | { readonly kind: "tracked"; readonly folder: string }
  /** Outside the repository: it may serve others. */
  | { readonly kind: "outside"; readonly folder: string }
  /** `/dev/null`: somebody wants no hooks. */
  | { readonly kind: "off"; readonly folder: string };

/** Finds the folder that git takes hooks from, or would if our chain folder were not there. E305: git does not say. */
export async function findHooksFolder(
  ws: Workspace,
  environment: NodeJS.ProcessEnv,
): Promise<Result<HooksFolder>> {
  const answer = await askGit(ws.top, environment, ["rev-parse", "--git-path", "hooks"]);
  if (answer === null || answer.trim() === "") {
    return refuse(
      "E305",
      "git did not say where its hooks are. Nothing was changed.",
      "git rev-parse --git-path hooks",
    );
  }
  const asked = realPath(resolve(ws.top, answer.replace(/\n$/, "")));
  const folder = asked === chainFolder(ws) ? await behindChain(ws, environment) : asked;
  if (folder === "/dev/null") return ok({ kind: "off", folder });
  const projectFolder = huskyFolder(folder);
  if (projectFolder !== null) {
    const kind = isWithin(projectFolder, ws.top) ? "husky" : "husky-elsewhere";
    return ok({ kind, folder, projectFolder });
  }
  if (isWithin(folder, ws.commonDir) || isWithin(folder, ws.gitDir)) return ok({ kind: "folder", folder });
  if (!isWithin(folder, ws.top)) return ok({ kind: "outside", folder });
  return ok({ kind: (await holdsTrackedFiles(ws.top, folder)) ? "tracked" : "folder", folder });
}

/** True when git takes hooks from our chain folder. */
export async function isChained(ws: Workspace, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const answer = await askGit(ws.top, environment, ["rev-parse", "--git-path", "hooks"]);
  return answer !== null && realPath(resolve(ws.top, answer.replace(/\n$/, ""))) === chainFolder(ws);
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Why no hooks go into such a folder, and what to type. */
export async function refuseFolder(
  ws: Workspace,
  found: HooksFolder,
  environment: NodeJS.ProcessEnv,
): Promise<Result<never>> {
  const own = `git config core.hooksPath '${showPath(join(ws.commonDir, "hooks"))}' && rebuild-if-needed install`;
  if (found.kind === "husky-elsewhere") {
    const { projectFolder } = found;
    return refuse(
      "E305",
      `git runs the husky hooks of another folder, ${showPath(projectFolder)}. Nothing was changed.`,
      `cd ${showPath(dirname(projectFolder))} && rebuild-if-needed install`,
    );
  }
  if (found.kind === "tracked") {
    const shown = showPath(relative(ws.top, found.folder)) || ".";
    return refuse(
      "E305",
      `git takes hooks from ${shown}, whose files are tracked: a checkout would overwrite ours, ` +
        `a commit would carry this machine's paths. Nothing was changed. ${ONLY_OWN}`,
      own,
    );
  }
  const setIn = await origin(ws, environment);
  return refuse("E305", `git's hooks are switched off${setIn}. Nothing was changed. ${ONLY_OWN}`, own);
}

const ONLY_OWN = "With the next command only this clone's own hooks run here.";

/** What core.hooksPath says beside our own value; the git dir's own folder where it says nothing. */
async function behindChain(ws: Workspace, environment: NodeJS.ProcessEnv): Promise<string> {
  const args = ["config", "-z", "--type=path", "--get-all", "core.hooksPath"];
  const values = (await askGit(ws.top, environment, args))?.split("\0").slice(0, -1) ?? [];
  const others = values
    .map((value) => realPath(resolve(ws.top, value)))
    .filter((path) => path !== chainFolder(ws));
  return others.at(-1) ?? join(ws.commonDir, "hooks");
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
