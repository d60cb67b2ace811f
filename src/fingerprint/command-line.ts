/** Command lines as variables, wrappers and recipes hold them. Pure: no `node:` module here. */

/** Programs that start another one named in their arguments, and do not change what it makes. */
export const LAUNCHERS: ReadonlySet<string> = new Set([
  "ccache",
  "sccache",
  "distcc",
  "icecc",
  "buildcache",
  "gomacc",
]);

/** The program of a command line such as `ccache g++ -m64`, its launchers skipped; null when there is none. */
export function programOf(words: readonly string[]): string | null {
  return words[programAt(words)] ?? null;
}

/** What follows the program of a command line: `-m64`. */
export function argumentsOf(words: readonly string[]): readonly string[] {
  const at = programAt(words);
  return at === -1 ? words : words.slice(at + 1);
}

/** Words of a command line by the shell's quoting; nothing is expanded. */
export function splitWords(line: string): string[] {
  const words = line.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}

/** Last part of a path. */
export function nameOfPath(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Host compilers that words for nvcc name: `-ccbin X`, `-ccbin=X`, `--compiler-bindir X`. */
export function hostCompilers(words: readonly string[]): string[] {
  return words.flatMap((word, at) => {
    const [option = "", ...value] = word.split("=");
    if (!HOST_OPTIONS.has(option)) return [];
    const named = value.length > 0 ? value.join("=") : words[at + 1];
    return named === undefined ? [] : [named];
  });
}

/** The words without those that name nvcc's host compiler. */
export function withoutHostCompilers(words: readonly string[]): string[] {
  return words.filter(
    (word, at) => !HOST_OPTIONS.has(word.split("=")[0] ?? "") && !HOST_OPTIONS.has(words[at - 1] ?? ""),
  );
}

/** What CMake has a compiler for; `CUDA_HOST` is the one that nvcc hands host code to. */
export type CMakeLanguage = "C" | "CXX" | "CUDA" | "CUDA_HOST";

/** `-DCMAKE_CXX_COMPILER:FILEPATH=/opt/g++`, parsed; null for any other word. */
export function compilerDefinition(
  word: string,
): { readonly language: CMakeLanguage; readonly program: string } | null {
  const [, name, program] = /^-DCMAKE_(\w+)_COMPILER(?::\w+)?=(.+)$/.exec(word) ?? [];
  const language = LANGUAGES.find((one) => one === name);
  return language === undefined || program === undefined ? null : { language, program };
}

/** True for `-DCMAKE_CXX_COMPILER_LAUNCHER=ccache`: on or off, the compiler behind it makes the same. */
export function isLauncherDefinition(word: string): boolean {
  const value = /^-DCMAKE_\w+_COMPILER_LAUNCHER(?::\w+)?=(.*)$/.exec(word)?.[1];
  return value !== undefined && isLauncherList(value);
}

/** True for a value of CMAKE_CXX_COMPILER_LAUNCHER that names known launchers and nothing else, or is empty. */
export function isLauncherList(value: string): boolean {
  return value
    .split(";")
    .filter((one) => one !== "")
    .every((one) => LAUNCHERS.has(nameOfPath(one)));
}

const LANGUAGES: readonly CMakeLanguage[] = ["C", "CXX", "CUDA", "CUDA_HOST"];

const HOST_OPTIONS: ReadonlySet<string> = new Set(["-ccbin", "--compiler-bindir"]);

function programAt(words: readonly string[]): number {
  return words.findIndex(
    (word) =>
      !LAUNCHERS.has(nameOfPath(word)) &&
      nameOfPath(word) !== "env" &&
      !/^\w+=/.test(word) &&
      !word.startsWith("-"),
  );
}
