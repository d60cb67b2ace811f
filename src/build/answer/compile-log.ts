/**
 * gcc tells every file that it reads to the file that DEPENDENCIES_OUTPUT names, where no -MD asks it to do so
 * elsewhere; nvcc hands that on to gcc. https://gcc.gnu.org/onlinedocs/cpp/Environment-Variables.html. This reaches
 * compilers whose build directory has gone when a build ends. docs/decisions/0010 has what was measured.
 */
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { findProgram } from "../../fingerprint/search-path.ts";
import { decodePath, encodePath } from "../../git/path-bytes.ts";
import { parseMakeRules } from "./make-rules.ts";
import { type Asked, unknown } from "./part.ts";

export const COMPILE_LOG_VARIABLE = "DEPENDENCIES_OUTPUT";

/**
 * Programs that stand before a compiler. With the variable set, ccache 4.7 exits with 0 and compiles nothing at all,
 * and what others answer from their cache is not told.
 */
const LAUNCHERS = ["ccache", "sccache", "distcc", "icecc", "buildcache", "recc"];
const LAUNCHER = new RegExp(LAUNCHERS.join("|"), "i");
const COMPILERS = ["cc", "c++", "gcc", "g++", "x86_64-linux-gnu-gcc", "x86_64-linux-gnu-g++", "nvcc"];

export interface LogQuestion {
  readonly path: readonly string[];
  /** Values of variables, words of the recipe and files of tools: any may name a launcher. */
  readonly words: readonly string[];
  /** Whether a build file of the tree speaks of a launcher. */
  readonly isLauncherMentioned: () => Promise<boolean>;
}

/**
 * Whether the variable can be set without harm. Some builds take a launcher from PATH without being told (torch's
 * extension builder, meson), so one that can be found is one that may be used.
 */
export async function mayLogCompiles(question: LogQuestion): Promise<boolean> {
  const { path, words } = question;
  if ([...path, ...words].some((word) => LAUNCHER.test(word))) return false;
  if (LAUNCHERS.some((name) => findProgram(name, path) !== null)) return false;
  if (COMPILERS.some((name) => isLaunched(findProgram(name, path)))) return false;
  return !(await question.isLauncherMentioned());
}

/** A link to a launcher, or a script that speaks of one. */
function isLaunched(program: string | null): boolean {
  if (program === null) return false;
  if (LAUNCHER.test(realpathSync(program))) return true;
  const isScript = statSync(program).size < LONGEST_SCRIPT;
  return isScript && LAUNCHER.test(readFileSync(program, "latin1"));
}

/** Bytes. Compilers are larger, wrapper scripts smaller. */
const LONGEST_SCRIPT = 16 * 1024;

/**
 * Reads the log. Compiles that ran at once may have written into one another's lines: then a name is of no file, and
 * the answer is unknown.
 * @param folders that compilers may have run in, absolute.
 * @param temporary folders whose files may have gone.
 */
export function readCompileLog(
  file: string,
  folders: readonly string[],
  temporary: readonly string[],
): Asked | null {
  if (!existsSync(file)) return null;
  const files = new Set<string>();
  const compiled: string[] = [];
  for (const rule of parseMakeRules(decodePath(readFileSync(file)))) {
    const [main = ""] = rule.prerequisites;
    compiled.push(basename(main));
    for (const name of rule.prerequisites) {
      if (files.has(name)) continue;
      const found = folders.map((folder) => resolve(folder, name)).filter(isFile);
      for (const path of found) files.add(path);
      const isTemporary = temporary.some((folder) => name.startsWith(`${folder}/`));
      const isCheck = rule.prerequisites.length === 1; // a test of the compiler, gone since
      if (found.length === 0 && !isTemporary && !isCheck)
        return unknown(`the compilers' log names ${name}, which is no file`);
    }
  }
  if (compiled.length === 0) return null;
  const part = {
    files,
    folders: new Set<string>(),
    made: new Set<string>(),
    compiled,
    userHeadersOnly: true,
  };
  return { kind: "part", part: { by: ["depfiles"], ...part } };
}

/** Place of the log of one build; the stage of a build is its own. */
export function compileLogPath(stateDir: string, buildId: string): string {
  return join(stateDir, "stage", buildId, "compiled.d");
}

function isFile(path: string): boolean {
  return statSync(encodePath(path), { throwIfNoEntry: false })?.isFile() ?? false;
}
