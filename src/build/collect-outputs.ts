import { trackedOutputs } from "./find-outputs.ts";
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { outputPath } from "../fingerprint/output-path.ts";
import { encodePath, showPath } from "../git/path-bytes.ts";
import type { RepoPath, Workspace } from "../model.ts";
import type { Observed, ObservedExtension } from "../observe.ts";
import { type Result, ok, refuse } from "../report/failure.ts";
import { abiMismatch } from "../verify/module-name.ts";
import { distributionFiles, emptyGlobs, findOutputs, packageFolders } from "./find-outputs.ts";
import { isThere, stamp } from "./output-files.ts";
import type { Planned } from "./prepare.ts";
import type { RebuildRequest } from "./rebuild-request.ts";
import { type Transaction, filesMade, holdsStandIn } from "./transaction.ts";

/** The new manifest's paths, or why this is no build: nothing made, a glob left empty, an output not rebuilt. */
export async function collect(
  observed: Observed,
  part: ObservedExtension,
  request: RebuildRequest,
  transaction: Transaction,
  planned: Planned,
): Promise<Result<readonly string[]>> {
  const { ws, environment, tracked } = observed;
  const { extension } = part;
  const matched = findOutputs(ws.top, extension, tracked);
  const packages = packageFolders(ws.top, [...planned.outputs, ...matched]);
  const made = (await filesMade(ws, transaction)).filter((path) => isIn(packages, path));
  const site = distributionFiles(extension, environment.interpreter).outputs;
  const ours = new Set(planned.outputs);
  const fresh = matched.filter(
    (path) => ours.has(path) || planned.matchedBefore.get(path) !== stamp(ws, path),
  );
  const all = [...new Set([...planned.outputs, ...fresh, ...made, ...site])].filter((path) =>
    isThere(ws, path),
  );
  const untouched = all.filter((path) => holdsStandIn(transaction, outputPath(ws.top, path)));
  const outputs = all.filter(
    (path) => !untouched.includes(path) || request.level !== "clean" || isCopied(ws, part, path),
  );
  const { interpreter } = environment;
  // A module for the Python that was here before: this one's recipe makes it under another name.
  const isOfAnother = (path: string): boolean =>
    interpreter !== null && abiMismatch(path, interpreter) !== null;
  const remade = new Set(outputs.filter(isLibrary).map(moduleOf));
  const left = untouched.filter(
    (path) =>
      !outputs.includes(path) &&
      !isOfAnother(path) &&
      !(isLibrary(path) && remade.has(moduleOf(path))) &&
      isStillNamed(ws, part, path),
  );
  if (left.length > 0) {
    const message = `not rebuilt: ${left.map(showPath).join(", ")} still holds the old build. Your previous build is untouched.`;
    return refuse("E202", message, `look at the recipe's log: ${request.outputPath}`);
  }
  const empty = emptyGlobs(extension.configuredOutputs ?? [], [
    ...outputs,
    ...trackedOutputs(extension, tracked),
  ]);
  if (empty.length > 0 || outputs.length === 0) {
    const globs = empty.length > 0 ? empty : extension.outputs;
    const message = `the recipe ended well, but nothing matches ${globs.join(", ")}. Your previous build is untouched.`;
    return refuse("E204", message, `mend "outputs" or the recipe; its log: ${request.outputPath}`);
  }
  return ok(outputs);
}

function isIn(folders: readonly RepoPath[], path: RepoPath): boolean {
  return folders.some((folder) => (folder === "" ? !path.includes("/") : path.startsWith(`${folder}/`)));
}

function isLibrary(path: string): boolean {
  return path.endsWith(".so");
}

/** The module by any suffix: `_C.cpython-311-x86_64-linux-gnu.so` of an older recipe is `_C.abi3.so` now. */
function moduleOf(path: string): string {
  return posix.join(posix.dirname(path), posix.basename(path).split(".")[0] ?? "");
}

/** A copied text whose source did not change need not be copied again (`cmake -E copy_if_different`). */
function isCopied(ws: Workspace, part: ObservedExtension, path: string): boolean {
  if (isLibrary(path)) return false;
  const content = readFileSync(encodePath(outputPath(ws.top, path)));
  return [...part.inputs.keys()]
    .filter((input) => posix.basename(input) === posix.basename(path))
    .some((input) => isThere(ws, input) && readFileSync(encodePath(join(ws.top, input))).equals(content));
}

/** False when no build file speaks of the module any more: then it is not "not rebuilt" but no longer built. */
function isStillNamed(ws: Workspace, part: ObservedExtension, path: string): boolean {
  const stem = posix.basename(path).split(".")[0] ?? "";
  const isBuildFile =
    /(^|\/)(CMakeLists\.txt|meson\.build|setup\.(py|cfg)|pyproject\.toml|[^/]*\.(cmake|py))$/;
  const named = [...part.inputs.keys()].filter((input) => isBuildFile.test(input) && isThere(ws, input));
  if (named.length === 0) return true;
  return named.some((input) => readFileSync(encodePath(join(ws.top, input)), "utf8").includes(stem));
}
