/** A build directory of ninja's, read from disk. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { decodePath, encodePath } from "../../git/path-bytes.ts";
import { parseNinjaDeps } from "./ninja-deps-log.ts";
import { type NinjaManifest, parseNinja } from "./ninja-manifest.ts";
import type { NinjaBuild } from "./ninja-part.ts";

/** Null when manifest or log are missing, or not understood. */
export function readNinja(folder: string): NinjaBuild | null {
  const manifest = readManifest(folder);
  if (manifest === null) return null;
  try {
    const deps = parseNinjaDeps(readFileSync(encodePath(join(folder, ".ninja_deps"))));
    return deps === null ? null : { folder, manifest, deps };
  } catch {
    return null;
  }
}

export function readManifest(folder: string): NinjaManifest | null {
  return parseNinja("build.ninja", (name) => readText(resolve(folder, name)));
}

/** Content as a path is carried, broken bytes included; null when it cannot be read. */
export function readText(path: string): string | null {
  try {
    return decodePath(readFileSync(encodePath(path)));
  } catch {
    return null;
  }
}

/** Compiler checks of CMake and meson, and the downloads of FetchContent: nothing of them gets into an output. */
export function isSideBuild(folder: string): boolean {
  return /\/(CMakeFiles|meson-private)(\/|$)|-subbuild(\/|$)/.test(folder);
}
