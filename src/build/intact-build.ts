import { lstatSync } from "node:fs";
import { join, posix } from "node:path";
import { encodePath } from "../git/path-bytes.ts";
import type { Baseline, Extension, RepoPath } from "../model.ts";
import type { Observed } from "../observe.ts";
import { readFolder } from "../store/move.ts";
import { listFiles } from "./foreign-files.ts";

/** What compilers, generators and build tools leave beside sources where no build directory is used. */
const PRODUCT =
  /\.(o|obj|lo|so|a|la|dylib|d|dep|i|ii|s|ptx|cubin|fatbin|gch|pch|cc?|cpp|cxx|cu|hh?|hpp|inc|ninja|stamp)$|^(\.ninja_log|\.ninja_deps|Makefile|CMakeCache\.txt)$/;

/**
 * Whether what a build left for the next one is still only of that build. Had anything been built since, by hand or by a
 * build of ours that failed, objects could be of other sources, and an old time would let them pass for good.
 * @returns false also where nothing is found at all: then the objects lie where nobody looks.
 */
export function isIntact(observed: Observed, extension: Extension, baseline: Baseline): boolean {
  const builtAtMs = baseline.inputTimes?.builtAtMs;
  if (builtAtMs === undefined) return false;
  const { ws, tracked } = observed;
  const inDirs = extension.buildDirs.flatMap((folder) => listFiles(ws.top, join(ws.top, folder)));
  const places = [...Object.keys(baseline.fingerprint.inputs), ...baseline.outputs.map(({ path }) => path)];
  const folders = new Set(places.filter((path) => !path.startsWith("/")).map((path) => posix.dirname(path)));
  const inputs = baseline.fingerprint.inputs;
  const beside = [...folders].flatMap((folder) =>
    productsIn(ws.top, folder).filter((path) => !tracked.has(path) && !Object.hasOwn(inputs, path)),
  );
  const products = [...inDirs, ...beside];
  return products.length > 0 && products.every((path) => mtimeMs(ws.top, path) <= builtAtMs);
}

function productsIn(top: string, folder: RepoPath): RepoPath[] {
  return readFolder(join(top, folder))
    .filter(({ name, isFile }) => isFile && PRODUCT.test(name))
    .map(({ name }) => (folder === "." ? name : `${folder}/${name}`));
}

function mtimeMs(top: string, path: RepoPath): number {
  return lstatSync(encodePath(join(top, path)), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
