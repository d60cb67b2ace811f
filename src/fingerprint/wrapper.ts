/**
 * Many tools are a few lines of shell around the real one (`exec /usr/local/cuda-13.0/bin/nvcc "$@"`; conda, nix and
 * module systems all make such files), so that the file on PATH stays the same while the compiler changes.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { basename, dirname } from "node:path";
import { LAUNCHERS } from "./command-line.ts";
import { realOf } from "./search-path.ts";
import { literalTargets, shellTargets, type ScriptContext } from "./wrapper-script.ts";

/** A wrapper is short; what is longer is a program written in shell. */
const MAX_SCRIPT_BYTES = 65_536;

/**
 * The program and, where it is a script, every program that it hands its arguments to, to the end. A script that
 * cannot be read through ends the chain: see {@link isOpaque}.
 */
export function followWrappers(program: string, context: ScriptContext): string[] {
  const chain: string[] = [];
  const seen = new Set<string>();
  const follow = (path: string): void => {
    const real = realOf(path);
    if (seen.has(real)) return;
    seen.add(real);
    chain.push(path);
    const text = readScript(path);
    if (text !== null) scriptTargets(text, path, context).forEach(follow);
  };
  follow(program);
  return chain;
}

/** True for ccache and its like, whatever the name of the link that leads to it, and for a version manager's shim. */
export function isLauncher(path: string): boolean {
  return (
    LAUNCHERS.has(basename(path)) ||
    LAUNCHERS.has(basename(realOf(path))) ||
    basename(dirname(path)) === "shims"
  );
}

/** Text of a `#!` file, or null for anything else. */
export function readScript(path: string): string | null {
  let file: number | null = null;
  try {
    file = openSync(path, "r");
    const head = Buffer.alloc(2);
    if (readSync(file, head, 0, 2, 0) < 2 || head.toString("latin1") !== "#!") return null;
    const text = Buffer.alloc(Math.min(fstatSync(file).size, MAX_SCRIPT_BYTES));
    return text.toString("utf8", 0, readSync(file, text, 0, text.length, 0));
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** Shell is read line by line; of another language, or where that finds nothing, the paths that it holds as text. */
function scriptTargets(text: string, path: string, context: ScriptContext): string[] {
  const isShell = /^#!.*\b(ba|da|z|k)?sh\b/.test(text);
  const targets = isShell ? shellTargets(text, path, context) : [];
  return targets.length > 0 ? targets : literalTargets(text, path);
}
