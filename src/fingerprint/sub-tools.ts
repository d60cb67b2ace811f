/** What is behind a compiler driver: `g++` only starts the programs that do the work, and adds what it links in. */
import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import { runTool } from "./run-tool.ts";
import { findProgram, isExecutable, realOf } from "./search-path.ts";

/** How a driver is asked. */
export interface DriverQuestion {
  readonly driver: string;
  readonly language: "cc" | "cxx";
  readonly environment: NodeJS.ProcessEnv;
  readonly path: readonly string[];
  /** Names of linkers that flags ask for by `-fuse-ld=`. */
  readonly linkers: readonly string[];
}

/**
 * Compiler proper, assembler, linker, the library that every object is linked with, and the headers that carry the
 * versions of the C and C++ libraries. A few short processes, so only for a driver that is new.
 * The assembler counts where the compiler uses it: clang has its own.
 */
export async function compilerParts(question: DriverQuestion): Promise<string[]> {
  const { driver, language, environment } = question;
  const ask = async (...args: string[]): Promise<string> =>
    (await runTool({ argv: [driver, ...args], environment, withErrors: args.includes("-E") })) ?? "";
  const proper = language === "cc" ? "cc1" : "cc1plus";
  const [compiler, assembler, libgcc, includes, ...linkers] = await Promise.all([
    ask(`-print-prog-name=${proper}`),
    ask("-print-prog-name=as"),
    ask("-print-libgcc-file-name"),
    ask("-E", "-v", "-x", language === "cc" ? "c" : "c++", "/dev/null"),
    ...["ld", ...question.linkers.map((name) => `ld.${name}`)].map((name) => ask(`-print-prog-name=${name}`)),
  ]);
  const found = (answer: string, name: string): string[] => programAt(answer.trim(), name, question.path);
  const compilers = found(compiler, proper);
  return [
    ...compilers,
    ...(compilers.length > 0 ? found(assembler, "as") : compilerLibraries(driver)),
    ...linkers.flatMap((answer) => found(answer, "ld")),
    ...existing([libgcc.trim(), join(dirname(libgcc.trim()), "crtbeginS.o")]),
    ...versionHeaders(includes, language),
  ];
}

/** An absolute answer; a bare one means "as found on PATH". */
function programAt(answer: string, name: string, path: readonly string[]): string[] {
  if (!basename(answer).includes(name)) return [];
  if (isAbsolute(answer)) return isExecutable(answer) ? [answer] : [];
  const isBareDriver = name.startsWith("cc1"); // found nowhere: not a program for PATH
  const found = isBareDriver || answer.includes("/") ? null : findProgram(answer, path);
  return found === null ? [] : [found];
}

/** clang is a small program around two large libraries in the folder beside its own. */
function compilerLibraries(driver: string): string[] {
  const folder = join(dirname(dirname(realOf(driver))), "lib");
  const libraries = entriesOf(folder)
    .filter((name) => /^lib(?:LLVM|clang-cpp)(?:-[\d.]+)?\.(?:so[\d.]*|dylib)$/.test(name))
    .map((name) => realOf(join(folder, name)));
  return [...new Set(libraries)].sort();
}

/** libstdc++ and libc++ say their version in one header each, glibc in `features.h`. */
function versionHeaders(answer: string, language: "cc" | "cxx"): string[] {
  const list = /search starts here:\n([\s\S]*?)End of search list/.exec(
    answer.replace(/^#include "\.\.\..*\n/m, ""),
  );
  const folders = (list?.[1] ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter(isAbsolute);
  const names = language === "cxx" ? ["bits/c++config.h", "__config", "features.h"] : ["features.h"];
  return names.flatMap((name) => existing(folders.map((folder) => join(folder, name))).slice(0, 1));
}

function existing(paths: readonly string[]): string[] {
  return paths.filter((path) => isAbsolute(path) && existsSync(path));
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
