import { accessSync, chmodSync, constants, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox } from "./sandbox.ts";

/** Compilers whose starts are counted. */
export interface Compilers {
  /** To stand first on PATH. */
  readonly folder: string;
  /** How many compilations have begun so far. */
  starts(): number;
}

const NAMES = [
  "cc",
  "c++",
  "gcc",
  "g++",
  "clang",
  "clang++",
  "nvcc",
  "x86_64-linux-gnu-gcc",
  "x86_64-linux-gnu-g++",
];

/** Wrappers of all compilers on PATH; one that is given a source to compile is noted, a question is not. */
export function countedCompilers(box: Sandbox): Compilers {
  const folder = box.path("compilers");
  const log = box.path("compiler-starts.log");
  const path = (box.environment["PATH"] ?? "").split(":");
  box.write(log, "");
  for (const name of NAMES) {
    const real = path.map((entry) => join(entry, name)).find(isProgram);
    if (real === undefined) continue;
    box.write(join(folder, name), wrapper(real, log));
    chmodSync(join(folder, name), 0o755);
  }
  return { folder, starts: () => readFileSync(log, "utf8").split("\n").length - 1 };
}

function wrapper(real: string, log: string): string {
  return `#!/bin/sh
for word; do
  case $word in *.c | *.cc | *.cpp | *.cxx | *.cu) echo "$word" >>'${log}' && break ;; esac
done
exec '${real}' "$@"
`;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
