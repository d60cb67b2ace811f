import { execFile } from "node:child_process";
import { realpathSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, join, sep } from "node:path";
import { promisify } from "node:util";
import type { Workspace } from "../model.ts";
import { err, ok, refuse, type Result } from "../report/failure.ts";
import { copyPackage } from "./copy-package.ts";
import type { HookTarget } from "./hook-file.ts";
import { isWithin } from "./location.ts";

export interface StableTarget extends HookTarget {
  /** Where the program came from when it had to be copied; null when it stays where it is. */
  readonly copiedFrom: string | null;
}

/** Paths that hooks can rely on: they neither vanish nor can be brought by a checkout. Copies the package if need be. */
export async function stableTarget(
  ws: Workspace,
  target: HookTarget,
  environment: NodeJS.ProcessEnv,
): Promise<Result<StableTarget>> {
  const node = await stableNode(ws, target.node, environment);
  if (!node.ok) return node;
  const program = realOrNull(target.program);
  if (program === null) {
    return refuse(
      "E305",
      `${target.program} is not there. Nothing was changed.`,
      "npm install --global rebuild-if-needed",
    );
  }
  if (whyUnstable(ws, program, environment) === null)
    return ok({ node: node.value, program, copiedFrom: null });
  const folder = dataFolder(environment);
  if (isWithin(folder, ws.top)) {
    return refuse(
      "E305",
      `hooks cannot rely on ${program}, and ${folder} for a copy of it lies in this work tree. Nothing was changed.`,
      "npm install --global rebuild-if-needed && rebuild-if-needed install",
    );
  }
  const copy = copyPackage(program, folder);
  if (!copy.ok) return err(copy.failure);
  return ok({ node: node.value, program: copy.value, copiedFrom: program });
}

/** Why hooks must not rely on `path`, or null. */
function whyUnstable(ws: Workspace, path: string, environment: NodeJS.ProcessEnv): string | null {
  if (isWithin(path, ws.top) || isWithin(path, mainTree(ws))) return "a checkout could replace it";
  const parts = path.split(sep);
  if (parts.some((part) => CACHES.test(part)) || /[/\\](install|yarn|pnpm)[/\\]cache[/\\]/.test(path)) {
    return "it lies in a cache";
  }
  if (temporaryFolders(environment).some((folder) => isWithin(path, folder)))
    return "it lies in a temporary folder";
  return null;
}

/** npx; pnpm dlx; yarn dlx; bunx; fnm's folder for each shell. */
const CACHES = /^(_npx|dlx|dlx-.+|xfs-.+|bunx-.+|fnm_multishells|\.pnp.*)$/;

function temporaryFolders(environment: NodeJS.ProcessEnv): readonly string[] {
  const named = [environment["TMPDIR"], environment["XDG_RUNTIME_DIR"], tmpdir()];
  const folders = [...named, "/tmp", "/var/tmp", "/dev/shm", "/run/user", "/private/tmp"];
  return folders.flatMap((folder) =>
    folder === undefined || folder === "" ? [] : [realOrNull(folder) ?? folder],
  );
}

/** Work tree beside a `.git` folder: the main one, also when seen from a linked one. */
function mainTree(ws: Workspace): string {
  return basename(ws.commonDir) === ".git" ? dirname(ws.commonDir) : ws.top;
}

function dataFolder(environment: NodeJS.ProcessEnv): string {
  const data = environment["XDG_DATA_HOME"];
  const home = environment["HOME"] ?? homedir();
  return join(data?.startsWith("/") === true ? data : join(home, ".local", "share"), "rebuild-if-needed");
}

/** The path as given where it is stable (a symlink of Homebrew outlives an upgrade), else the real program. */
async function stableNode(
  ws: Workspace,
  node: string,
  environment: NodeJS.ProcessEnv,
): Promise<Result<string>> {
  const isUnstable = whyUnstable(ws, node, environment) !== null;
  if (!isUnstable && !isShim(node) && realOrNull(node) !== null) return ok(node);
  const real = await askNode(node, environment);
  const why = real === null ? "it does not start" : whyUnstable(ws, real, environment);
  if (real !== null && why === null) return ok(real);
  return refuse(
    "E305",
    `hooks cannot rely on ${node}: ${why}. Nothing was changed.`,
    "install Node 20.19 or newer outside this folder, then: rebuild-if-needed install",
  );
}

/** Version managers put scripts in place of node that look at the present folder: asdf, nodenv, mise, volta. */
function isShim(node: string): boolean {
  return basename(dirname(node)) === "shims" || node.includes(`${sep}.volta${sep}bin${sep}`);
}

async function askNode(node: string, environment: NodeJS.ProcessEnv): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(node, ["-p", "process.execPath"], { env: environment });
    return realOrNull(stdout.trim());
  } catch {
    return null;
  }
}

function realOrNull(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
