/** What the demo stands on: programs of this machine. Nothing is installed or downloaded. */
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { isAbsolute, join } from "node:path";
import { ok, refuse, type Result } from "../report/failure.ts";

export interface Ground {
  /** A Python with its headers, absolute. */
  readonly python: string;
  /** A C++ compiler, absolute. */
  readonly compiler: string;
  /** Another version of it, or null. */
  readonly otherCompiler: string | null;
  /** Absolute, or null: the kernel is left out. */
  readonly nvcc: string | null;
  readonly path: readonly string[];
}

/** Finds the programs; fails with E208 and the package to install where one is missing. */
export async function findGround(environment: NodeJS.ProcessEnv): Promise<Result<Ground>> {
  const path = (environment["PATH"] ?? "").split(":").filter((folder) => isAbsolute(folder));
  const cuda = [environment["CUDA_HOME"] ?? "", "/usr/local/cuda"].filter((folder) => isAbsolute(folder));
  const [compiler] = ["g++", "clang++", "c++"].flatMap((name) => findPrograms(name, path));
  if (findPrograms("git", path)[0] === undefined) return missing("git", INSTALL.git);
  if (compiler === undefined) return missing("a C++ compiler (g++ or clang++)", INSTALL.compiler);
  const pythons = ["python3", "python"].flatMap((name) => findPrograms(name, path));
  if (pythons.length === 0) return missing("python3", INSTALL.python);
  for (const candidate of pythons) {
    // A shim (pyenv) may answer for a program that lies elsewhere.
    const python = await answerOf(candidate, ["-c", HEADER_QUESTION]);
    if (python !== null && isAbsolute(python)) {
      const [nvcc = null] = findPrograms("nvcc", [...path, ...cuda.map((folder) => join(folder, "bin"))]);
      return ok({ python, compiler, otherCompiler: await findOther(compiler, path), nvcc, path });
    }
  }
  return missing(`Python's headers (Python.h) for ${pythons[0]}`, INSTALL.headers);
}

/** Prints the interpreter when its header is there. */
const HEADER_QUESTION = `import os, sys, sysconfig
header = os.path.join(sysconfig.get_path("include"), "Python.h")
print(sys.executable if os.path.exists(header) and sys.version_info >= (3, 8) else "")`;

const INSTALL = {
  git: "Debian, Ubuntu: apt install git; Fedora: dnf install git; macOS: xcode-select --install",
  compiler:
    "Debian, Ubuntu: apt install g++; Fedora: dnf install gcc-c++; " +
    "conda: conda install -c conda-forge gxx; macOS: xcode-select --install",
  python:
    "Debian, Ubuntu: apt install python3-dev; Fedora: dnf install python3-devel; " +
    "conda: conda install python; macOS: brew install python",
  headers:
    "Debian, Ubuntu: apt install python3-dev; Fedora: dnf install python3-devel; " +
    "conda: conda install python (its headers come along); macOS: brew install python",
} as const;

function missing(what: string, install: string): Result<Ground> {
  return refuse("E208", `the demo needs ${what}, and there is none on PATH. Nothing was started.`, install);
}

/** A g++ of another version, for a change of compiler that is real. */
async function findOther(compiler: string, path: readonly string[]): Promise<string | null> {
  const version = await answerOf(compiler, ["-dumpfullversion"]);
  for (let major = 20; major >= 8; major--) {
    const [other] = findPrograms(`g++-${major}`, path);
    if (other === undefined) continue;
    const otherVersion = await answerOf(other, ["-dumpfullversion"]);
    if (otherVersion !== null && otherVersion !== version) return other;
  }
  return null;
}

function findPrograms(name: string, folders: readonly string[]): string[] {
  return folders.map((folder) => join(folder, name)).filter(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** First line that a program prints, or null when it fails. */
function answerOf(program: string, args: readonly string[]): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: 20_000 }, (error, stdout) => {
      resolve(error === null ? (stdout.split("\n")[0] ?? "") : null);
    });
  });
}
