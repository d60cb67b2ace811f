import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { findProgram, isExecutable, realOf } from "./search-path.ts";

/**
 * The program that a pyenv shim would start, found as pyenv 2.6 finds it but without its 160 to 260 ms of shell; null
 * when this is no such shim, or its version is not installed.
 * @param context.cwd where pyenv would look for `.python-version`.
 * @param context.path where `system` is searched.
 */
export function resolvePyenvShim(
  shim: string,
  context: {
    readonly cwd: string;
    readonly environment: NodeJS.ProcessEnv;
    readonly path: readonly string[];
  },
): string | null {
  if (basename(dirname(shim)) !== "shims" || !isShimText(shim)) return null;
  const root = dirname(dirname(realOf(shim)));
  const name = basename(shim);
  for (const version of versionsOf(root, context.cwd, context.environment)) {
    if (version === "system") {
      const others = context.path.filter((folder) => realOf(folder) !== dirname(realOf(shim)));
      const found = findProgram(name, others);
      if (found !== null) return found;
      continue;
    }
    const installed = installedVersion(root, version);
    if (installed === null) return null; // pyenv stops here, with a message that it gives when it is run
    const program = join(root, "versions", installed, "bin", name);
    if (isExecutable(program)) return program;
  }
  return null;
}

/** PYENV_VERSION, else the nearest `.python-version`, else pyenv's global `version`, else the system's. */
function versionsOf(root: string, cwd: string, environment: NodeJS.ProcessEnv): string[] {
  const named = environment["PYENV_VERSION"];
  if (named !== undefined && named !== "") return named.split(":");
  const start = resolve(environment["PYENV_DIR"] ?? cwd);
  for (let folder = start; ; folder = dirname(folder)) {
    const versions = versionsIn(join(folder, ".python-version"));
    if (versions.length > 0) return versions;
    if (folder === dirname(folder)) break;
  }
  const global = versionsIn(join(root, "version"));
  return global.length > 0 ? global : ["system"];
}

/** First word of each line that is not a comment. A path that leaves pyenv's folder is none (CVE-2022-35861). */
function versionsIn(file: string): string[] {
  const words = readText(file)
    .split(/\r?\n/)
    .map((line) => line.trim().split(/\s+/)[0] ?? "");
  return words.filter((word) => word !== "" && !word.startsWith("#") && !word.split("/").includes(".."));
}

/** Folder name of a version: itself, without `python-`, or the newest one that it is the beginning of. */
function installedVersion(root: string, version: string): string | null {
  const installed = entriesOf(join(root, "versions"));
  for (const wanted of [version, version.replace(/^python-/, "")]) {
    if (installed.includes(wanted.split("/")[0] ?? "")) return wanted;
    const [latest] = installed
      .filter((name) => name.startsWith(`${wanted}.`) && /^\d+(?:\.\d+)*$/.test(name))
      .sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
    if (latest !== undefined) return latest;
  }
  return null;
}

function isShimText(path: string): boolean {
  const text = readText(path);
  return text.startsWith("#!") && /\bpyenv"? exec\b/.test(text);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
