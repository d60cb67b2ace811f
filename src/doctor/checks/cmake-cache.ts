import { existsSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { filesNamed } from "../../build/find-named.ts";
import type { RepoPath } from "../../model.ts";
import { good, type DoctorContext, type Finding } from "../finding.ts";

const CHECK = "cmake-cache";

/** Entries that name a program; CMake keeps them for as long as the cache lives. */
const PROGRAM_ENTRY =
  /^(?:CMAKE_(?:C|CXX|CUDA|HIP)_COMPILER(?:_LAUNCHER)?|CMAKE_MAKE_PROGRAM|CMAKE_COMMAND|\w*PYTHON3?_EXECUTABLE)$/i;

/** CMake caches of the build directories name programs that are still there, and lie where they were made. */
export function cmakeCache({ ws, extension }: DoctorContext): Finding[] {
  const caches = extension.buildDirs
    .flatMap((dir) => filesNamed(join(ws.top, dir), "CMakeCache.txt"))
    .map((file) => relative(ws.top, file));
  const findings = caches.flatMap((cache) => examine(ws.top, cache));
  if (findings.length > 0 || caches.length === 0) return findings;
  return [good(CHECK, `${caches.join(", ")}: every program in it is there`)];
}

/** True when a CMake cache names a program that has gone. @param file a `CMakeCache.txt`, wherever it lies. */
export function hasDeadPrograms(file: string): boolean {
  return deadPrograms(readEntries(file)).length > 0;
}

type Entry = readonly [key: string, value: string];

function deadPrograms(entries: readonly Entry[]): Entry[] {
  return entries.filter(([key, value]) => PROGRAM_ENTRY.test(key) && isAbsolute(value) && !existsSync(value));
}

function examine(top: string, cache: RepoPath): Finding[] {
  const entries = readEntries(join(top, cache));
  const dead = deadPrograms(entries);
  const folder = cache.slice(0, -"/CMakeCache.txt".length);
  const fix = `rebuild-if-needed --force builds without it; for a build by hand: cmake --fresh -B ${folder}`;
  const texts = dead.map(([key, value]) => `${cache}: ${key} is ${value}, which has gone`);
  const made = entries.find(([key]) => key === "CMAKE_CACHEFILE_DIR")?.[1];
  if (made !== undefined && !isSameFolder(made, join(top, folder)))
    texts.push(`${cache} was made in ${made}`);
  return texts.map((text) => ({ check: CHECK, level: "warning", text, fix }));
}

/** `KEY:TYPE=VALUE` lines. */
function readEntries(file: string): Entry[] {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/^([\w-]+):\w+=(.*)$/gm)].map(
    ([, key = "", value = ""]) => [key, value.trim()] as const,
  );
}

function isSameFolder(a: string, b: string): boolean {
  const [left, right] = [statSync(a, { throwIfNoEntry: false }), statSync(b, { throwIfNoEntry: false })];
  return left !== undefined && right !== undefined && left.ino === right.ino && left.dev === right.dev;
}
