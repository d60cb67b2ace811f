/** Compilers of the demo's PATH: wrappers that note each compilation, so that "no compiler started" is a fact. */
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Puts `g++` and `c++` in front of `real`; once more with another one is an upgrade in place. */
export function installCompiler(root: string, real: string, flags: readonly string[]): void {
  installCounter(root, "g++", real, flags);
  const alias = join(root, "bin", "c++");
  rmSync(alias, { force: true });
  symlinkSync("g++", alias);
}

/** Puts a wrapper called `name` into the demo's `bin`. */
export function installCounter(root: string, name: string, real: string, flags: readonly string[]): void {
  const file = join(root, "bin", name);
  mkdirSync(join(root, "bin"), { recursive: true });
  // A question such as --version names no source and is not counted.
  const script = `#!/bin/sh
case "$*" in *.cpp* | *.cu*) echo ${name} >>'${log(root)}' ;; esac
exec '${real}' ${[...flags, '"$@"'].join(" ")}
`;
  writeFileSync(`${file}.new`, script, { mode: 0o755 });
  renameSync(`${file}.new`, file);
}

/** How many compilations have begun so far. */
export function compilerStarts(root: string): number {
  try {
    return readFileSync(log(root), "utf8").split("\n").length - 1;
  } catch {
    return 0;
  }
}

function log(root: string): string {
  return join(root, "compiler-starts.log");
}
