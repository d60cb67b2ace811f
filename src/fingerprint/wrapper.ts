/**
 * Many tools are a few lines of shell around the real one (`exec /usr/local/cuda-13.0/bin/nvcc "$@"`; conda, nix and
 * module systems all make such files), so that the file on PATH stays the same while the compiler changes.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { basename, dirname, isAbsolute } from "node:path";
import { isExecutable, realOf } from "./search-path.ts";

/** Programs that start another one named in their arguments, and do not change what it makes. */
const LAUNCHERS = new Set(["ccache", "sccache", "distcc", "icecc", "buildcache", "gomacc"]);

/** Commands of a script that get its arguments without being the tool. */
const NOT_TOOLS = new Set([
  "echo",
  "printf",
  "logger",
  "test",
  "[",
  "basename",
  "dirname",
  "readlink",
  "realpath",
]);

/** A wrapper is short; what is longer is a program written in shell. */
const MAX_SCRIPT_BYTES = 65_536;

/** What a script's text is read against. */
interface WrapperContext {
  /** Finds a bare name, as the shell would. */
  readonly find: (name: string) => string | null;
  readonly variables: Readonly<Record<string, string>>;
}

/** The program and, where it is a shell wrapper, every program that it hands its arguments to, to the end. */
export function followWrappers(program: string, context: WrapperContext): string[] {
  const chain: string[] = [];
  const seen = new Set<string>();
  const follow = (path: string): void => {
    const real = realOf(path);
    if (seen.has(real)) return;
    seen.add(real);
    chain.push(path);
    const text = readScript(path);
    if (text !== null && /^#!.*\b(ba|da|z|k)?sh\b/.test(text)) {
      wrapperTargets(text, path, context).forEach(follow);
    }
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

/** The program of a command line such as `ccache g++ -m64`, its launchers skipped; null when there is none. */
export function programOf(words: readonly string[]): string | null {
  const skipped = (word: string): boolean =>
    LAUNCHERS.has(basename(word)) || basename(word) === "env" || /^\w+=/.test(word) || word.startsWith("-");
  return words.find((word) => !skipped(word)) ?? null;
}

/** Words of a command line by the shell's quoting; nothing is expanded. */
export function splitWords(line: string): string[] {
  const words = line.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

/** Text of a `#!` file, or null for anything else. */
export function readScript(path: string): string | null {
  let file: number | null = null;
  try {
    file = openSync(path, "r");
    const head = Buffer.alloc(2);
    if (readSync(file, head, 0, 2, 0) < 2 || head.toString("latin1") !== "#!") return null;
    const text = Buffer.alloc(MAX_SCRIPT_BYTES);
    return text.toString("utf8", 0, readSync(file, text, 0, MAX_SCRIPT_BYTES, 0));
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}

function wrapperTargets(text: string, script: string, context: WrapperContext): string[] {
  const variables = new Map(Object.entries(context.variables));
  const targets: string[] = [];
  for (const raw of text.replaceAll("\\\n", " ").split("\n")) {
    const line = expand(raw.trim(), script, variables);
    const assignment = /^(?:export\s+|local\s+)?(\w+)=("[^"]*"|'[^']*'|\S*)\s*;?$/.exec(line);
    if (assignment?.[1] !== undefined) {
      variables.set(assignment[1], splitWords(assignment[2] ?? "").join(""));
    } else {
      const target = targetOf(line, script, context.find);
      if (target !== null) targets.push(target);
    }
  }
  return targets;
}

/** The program that a line of the script hands its arguments to. */
function targetOf(line: string, script: string, find: WrapperContext["find"]): string | null {
  const exec = /(?:^|[\s;&|{(])exec\s+(?:-a\s+(?:"[^"]*"|\S+)\s+)?(.*)$/.exec(line);
  if (exec === null && !/"?\$(?:@|\{@)/.test(line)) return null;
  const program = programOf(splitWords(exec?.[1] ?? line));
  if (program === null || NOT_TOOLS.has(basename(program))) return null;
  if (isAbsolute(program)) return isExecutable(program) ? program : null;
  // Without `exec` a bare word may be any of the shell's own: for, set, shift.
  const found = exec !== null && !program.includes("/") ? find(program) : null;
  return found !== null && realOf(found) !== realOf(script) ? found : null;
}

/** The idioms for "the folder of this script", and variables with a known value. */
function expand(line: string, script: string, variables: ReadonlyMap<string, string>): string {
  const self = String.raw`"?\$(?:0|\{0\}|\{?BASH_SOURCE(?:\[0\])?\}?)"?`;
  return line
    .replace(new RegExp(String.raw`\$\((?:readlink -f|realpath) ${self}\)`, "g"), () => realOf(script))
    .replace(new RegExp(String.raw`\$\(dirname (?:--\s+)?${self}\)|\$\{0%/\*\}`, "g"), () => dirname(script))
    .replace(/\$\(dirname "?(\/[^"$)]*)"?\)/g, (_, path: string) => dirname(path))
    .replace(/\$\(cd (?:-P\s+)?"?(\/[^"$)]*?)"?\s*&&\s*pwd(?:\s+-P)?\)/g, (_, path: string) => path)
    .replace(
      /\$\{(\w+)(?::?-([^}]*))?\}|\$([A-Za-z_]\w*)/g,
      (whole, braced: string | undefined, fallback: string | undefined, plain: string | undefined) =>
        variables.get(braced ?? plain ?? "") ?? fallback ?? whole,
    );
}
